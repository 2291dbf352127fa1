# SPDX-License-Identifier: MIT
"""The verbs of FTP for files and directories that need no data connection."""

import os

from micropython import const

from upyos.lib import files, paths, secrets
from upyos.svc import ftp_list

_ENOENT = const(2)
_EACCES = const(13)
_ENOTDIR = const(20)
_EISDIR = const(21)


def _quoted(path):
    return '"' + path.replace('"', '""') + '"'


async def on_pwd(session, argument):
    """PWD"""
    return "257 " + _quoted(session.cwd)


async def on_cwd(session, argument):
    """CWD PATH"""
    path = session.path(argument)
    if not paths.is_dir(path):
        raise OSError(_ENOTDIR if paths.exists(path) else _ENOENT)
    session.cwd = path
    return "250 OK"


async def on_cdup(session, argument):
    """CDUP"""
    return await on_cwd(session, "..")


async def on_size(session, argument):
    """SIZE PATH"""
    return "213 %d" % _file(session, argument)[3]


async def on_mdtm(session, argument):
    """MDTM PATH"""
    return "213 " + ftp_list.stamp(_file(session, argument)[2])


def _file(session, argument):
    """Return the entry of a file. Raises OSError."""
    entry = ftp_list.of(session.path(argument))
    if entry[1] == 0x4000:
        raise OSError(_EISDIR)
    return entry


async def on_mlst(session, argument):
    """MLST [PATH]"""
    path = session.path(argument or session.cwd)
    entry = ftp_list.of(path)
    return "250-\n " + ftp_list.facts((path,) + entry[1:]) + "\n250 End"


async def on_stat(session, argument):
    """STAT [PATH]"""
    if not argument:
        return "211 a transfer runs" if session.data.task else "211 logged in"
    folder, pattern = ftp_list.place(session, ftp_list.operand(argument))
    await session.reply("213-" + folder)
    for entry in ftp_list.entries(folder, pattern):
        await session.reply(" " + ftp_list.row(entry))
    return "213 End"


async def on_dele(session, argument):
    """DELE PATH"""
    path = session.path(argument)
    paths.guard(path)
    if paths.is_dir(path):
        raise OSError(_EISDIR)
    os.remove(path)
    return "250 OK"


async def on_mkd(session, argument):
    """MKD PATH"""
    path = session.path(argument)
    paths.guard(path)
    os.mkdir(path)
    return "257 " + _quoted(path)


async def on_rmd(session, argument):
    """RMD PATH"""
    path = session.path(argument)
    paths.guard(path)
    if not paths.is_dir(path):
        raise OSError(_ENOTDIR if paths.exists(path) else _ENOENT)
    os.rmdir(path)
    return "250 OK"


async def on_rnfr(session, argument):
    """RNFR PATH"""
    path = session.path(argument)
    paths.guard(path)
    if secrets.holds(path):
        # under another name it would be read
        raise OSError(_EACCES)
    os.stat(path)
    session.renamed = path
    return "350 RNTO"


async def on_rnto(session, argument):
    """RNTO PATH"""
    path, session.renamed = session.renamed, None
    if path is None:
        return "503 RNFR first"
    files.move(path, session.path(argument))
    return "250 OK"


on_xpwd = on_pwd
on_xcwd = on_cwd
on_xcup = on_cdup
on_xmkd = on_mkd
on_xrmd = on_rmd

# SPDX-License-Identifier: MIT
"""What FTP sends over a data connection: listings and files.

A file that comes grows as lib.files has it and is renamed when it is whole: an upload that is
aborted, and a power cut, leave the old one. APPE writes at the end of the file itself: what came
before the abort stays, a power cut leaves the file as it was.
"""

import os
from asyncio import core

from micropython import const

from upyos.lib import files, paths
from upyos.svc import ftp_data, ftp_list

# So many blocks are passed on before others have their turn.
_BLOCKS = const(8)
_ENOENT = const(2)
_EISDIR = const(21)


async def _begin(session, transfer, what):
    """Answer a command that transfers something, and start it."""
    data = session.data
    if not data.passive and not data.place:
        transfer.close()
        return "425 PASV or PORT first"
    if not await data.take():
        transfer.close()
        return "425 another transfer runs"
    await session.reply("150 " + what)
    data.start(transfer)


async def on_list(session, argument):
    """LIST [-OPTIONS] [PATH]"""
    return await _listed(session, argument, ftp_list.row)


async def on_nlst(session, argument):
    """NLST [-OPTIONS] [PATH]"""
    return await _listed(session, argument, ftp_list.name)


async def _listed(session, argument, form):
    name = ftp_list.operand(argument)
    folder, pattern = ftp_list.place(session, name)
    return await _begin(session, _send_rows(session, folder, pattern, form), "listing")


async def on_mlsd(session, argument):
    """MLSD [PATH]"""
    folder = session.path(argument or session.cwd)
    if not paths.is_dir(folder):
        return "501 not a directory"
    return await _begin(session, _send_rows(session, folder, None, ftp_list.facts), "listing")


async def _send_rows(session, folder, pattern, form):
    data = await session.data.open()
    text = ""
    for entry in ftp_list.entries(folder, pattern):
        text += form(entry) + "\r\n"
        if len(text) > 512:
            await data.write(text)
            await core.sleep_ms(0)
            text = ""
    await data.write(text)
    return "226 done"


async def on_retr(session, argument):
    """RETR PATH"""
    path = session.path(argument)
    if paths.is_dir(path):
        raise OSError(_EISDIR)
    if not paths.is_file(path):
        raise OSError(_ENOENT)
    offset, session.offset = session.offset, 0
    return await _begin(session, _send_file(session, path, offset), "sending")


async def _send_file(session, path, offset):
    data = await session.data.open()
    block = ftp_data.block()
    with open(path, "rb") as file:
        file.seek(offset)
        blocks = 0
        while True:
            count = file.readinto(block)
            if not count:
                return "226 done"
            await data.write(block if count == len(block) else block[:count])
            data.left_s = data.patience_s
            blocks += 1
            if blocks % _BLOCKS == 0:
                await core.sleep_ms(0)


async def on_stor(session, argument):
    """STOR PATH"""
    path = _target(session, argument)
    offset, session.offset = session.offset, 0
    return await _begin(session, _store(session, path, offset), "receiving")


def _target(session, argument):
    """Return the path of a file that is to be written. Raises OSError if it cannot be."""
    path = session.path(argument)
    if argument[-1:] == "/":
        raise OSError(_EISDIR)
    files.check_target(path)
    return path


async def on_appe(session, argument):
    """APPE PATH"""
    path = _target(session, argument)
    session.offset = 0
    return await _begin(session, _append(session, path), "receiving")


async def _append(session, path):
    data = await session.data.open()
    with open(path, "ab") as file:
        await _receive(data, file)
    return "226 done"


async def _store(session, path, offset):
    """Receive a file; its first bytes are those of the old one if the transfer is a restart."""
    data = await session.data.open()
    temporary = files.part_of(path)
    try:
        with open(temporary, "wb") as file:
            if offset:
                _copy_head(path, file, offset)
            await _receive(data, file)
        # A peer that has died closes the control connection too: that ends this task.
        await core.sleep_ms(0)
        await core.sleep_ms(0)
        os.rename(temporary, path)
    finally:
        files.discard(temporary)
    return "226 done"


def _copy_head(path, file, offset):
    """Copy the first bytes of a file."""
    block = ftp_data.block()
    with open(path, "rb") as old:
        while offset:
            count = old.readinto(block[: min(offset, len(block))])
            if not count:
                return
            file.write(block[:count])
            offset -= count


async def _receive(data, file):
    """Write what comes to a file."""
    block = ftp_data.block()
    blocks = 0
    while True:
        count = await data.readinto(block)
        if not count:
            return
        file.write(block if count == len(block) else block[:count])
        data.left_s = data.patience_s
        blocks += 1
        if blocks % _BLOCKS == 0:
            await core.sleep_ms(0)

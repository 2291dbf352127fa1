# SPDX-License-Identifier: MIT
"""The calls /api/fs/... of uhttpd: files and directories.

A file that comes grows as lib.files has it and is renamed when it is whole: an upload that breaks
off, and a power cut, leave the old one.
"""

import json
import os
import time
from asyncio import core

from micropython import const

from upyos.lib import files, paths, secrets
from upyos.settings import config
from upyos.svc import http_files

_DIRECTORY = const(0x4000)
# From 1970 to 2000, where the time of some ports begins, in seconds
_YEARS_S = const(946684800)
_ROW_BYTES = const(512)
# So many blocks are written before others have their turn.
_BLOCKS = const(8)
_WAIT_MS = const(20)
# How long a peer that sends has its place.
_HOLD_MS = const(20_000)


def _path(request, values, key):
    """Return the path that a request names, in its normal form."""
    path = values.get(key)
    if type(path) is not str or path[:1] != "/" or "\0" in path:
        request.refuse(400, key + " is no path")
    path = paths.absolute(path)
    if secrets.holds(path) and not paths.is_dir(path):
        request.refuse(403, "protected")
    return path


def _guard(request, path):
    """Refuse to change what is protected or holds secrets, as the root does."""
    if secrets.holds(path):
        request.refuse(403, "protected")
    paths.guard(path)


async def post_fs_list(request):
    """{path}: the entries of a directory, sent in pieces."""
    path = _path(request, await request.json(), "path")
    if not paths.is_dir(path):
        request.refuse(404, "not a directory" if paths.exists(path) else "no such directory")
    entries = files.entries(path)
    offset_s = _YEARS_S if time.gmtime(0)[0] == 2000 else 0
    await request.begin(200, "application/json")
    text = '{"path":%s,"entries":[' % json.dumps(path)
    for i, entry in enumerate(entries):
        row = {
            "name": entry[0],
            "dir": entry[1] == _DIRECTORY,
            "size": entry[3],
            "time": entry[2] and entry[2] + offset_s,
            "protected": paths.protected(paths.join(path, entry[0])),
        }
        text += ("," if i else "") + json.dumps(row)
        if len(text) > _ROW_BYTES:
            await request.connection.write(text)
            text = ""
    await request.connection.write(text + "]}\n")


async def post_fs_delete(request):
    """{path}: remove a file, or a directory with its content."""
    path = _path(request, await request.json(), "path")
    _guard(request, path)
    if paths.is_dir(path):
        files.remove_tree(path)
    else:
        os.remove(path)
    await request.say(200, path=path)


async def post_fs_rename(request):
    """{old_path, new_path}: rename or move; a file that is there is replaced."""
    values = await request.json()
    old = _path(request, values, "old_path")
    new = _path(request, values, "new_path")
    _guard(request, old)
    _guard(request, new)
    if old != new and paths.within(new, old):
        request.refuse(400, "cannot be moved into itself")
    os.stat(old)
    files.move(old, new)
    await request.say(200, path=new)


async def post_fs_mkdir(request):
    """{path}: make a directory."""
    path = _path(request, await request.json(), "path")
    _guard(request, path)
    if paths.exists(path):
        request.refuse(400, "file exists")
    os.mkdir(path)
    await request.say(200, path=path)


async def get_fs_read(request):
    """?path=: the content of a file."""
    await _send(request, "text/plain; charset=utf-8")


async def get_fs_download(request):
    """?path=: the same, to be kept as a file."""
    request.more = "Content-Disposition: attachment\r\n"
    await _send(request, "application/octet-stream")


async def _send(request, kind):
    path = _path(request, request.arguments(), "path")
    if paths.is_dir(path):
        request.refuse(404, "is a directory")
    if path.startswith(config.PATH) and not request.connection.is_open():
        # it holds the password, if only in a form that says little
        request.refuse(403, "protected")
    await http_files.send(request, path, kind, os.stat(path)[6])


async def post_fs_write(request):
    """?path=, the content as body: make or replace a file."""
    path = _path(request, request.arguments(), "path")
    if b"content-length" not in request.fields:
        request.refuse(413, "the length must be declared")
    files.check_target(path)
    info = os.statvfs(paths.split(path)[0])
    size = request.left
    if size > info[1] * info[3]:
        request.refuse(413, "no space left on device")
    service = request.connection.service
    while getattr(service, "writes", False):
        # all of them have one name for what grows
        await core.sleep_ms(_WAIT_MS)
    temporary = files.part_of(path)
    service.writes = True
    try:
        await request.body()
        with open(temporary, "wb") as file:
            await _receive(request, file)
        os.rename(temporary, path)
    finally:
        service.writes = False
        files.discard(temporary)
    await request.say(200, path=path, size=size)


post_fs_upload = post_fs_write


async def _receive(request, file):
    """Write the body to a file."""
    blocks = 0
    while request.left:
        file.write(await request.block())
        request.connection.hold(_HOLD_MS)
        blocks += 1
        if blocks % _BLOCKS == 0:
            await core.sleep_ms(0)

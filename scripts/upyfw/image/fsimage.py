# SPDX-License-Identifier: MIT
"""The littlefs image of a board: made from folders, checked by reading it back."""

from pathlib import Path

from littlefs import LittleFS, LittleFSError
from littlefs.context import UserContext

from upyfw.base import epoch
from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import pins
from upyfw.board.boards import Board
from upyfw.board.layout import size_text
from upyfw.image import page

SKEL = REPO / "fsimage" / "skel"
# examples that a board has however it got its file system (docs/spec/behaviour.md 4.1)
_PROMISED = ("asy_test.py", "thr_test.py")
# the sources of the page of uhttpd, beside the default tree
_PAGE = "www"

# 64-bit little endian, nanoseconds since 1970; MicroPython extmod/vfs_lfs.c, LFS_ATTR_MTIME
_ATTR_MTIME = 1
# on-disk version that MicroPython's littlefs writes; lib/littlefs/lfs2.h, LFS2_DISK_VERSION
_DISK_VERSION = 0x00020001
# lib/littlefs/lfs2.h, LFS2_NAME_MAX
_NAME_MAX = 255
# the smallest unit littlefs can write: leaves the folders in a state that the next change tidies
_DRAFT_PROG_BYTES = 16
# keeps an empty folder in git, is no part of the tree
_FOLDER_MARK = ".gitkeep"


def make(
    board: Board,
    overlay: dict[str, bytes] | None = None,
    remove: set[str] = frozenset(),
    skel: Path = SKEL,
) -> bytes:
    """Return the littlefs image of a board, block count and geometry as the device mounts it.

    Content: the tree skel, the page beside it, the board file, then overlay ({path: bytes}) over
    it; paths in remove (files, or folders with all below) are left out. The same content gives the
    same bytes: all times are epoch.seconds().

    Raises UpyfwError if it does not fit or what was written does not read back.
    """
    files, folders = _content(board, overlay or {}, remove, skel)
    buffer = bytearray(b"\xff" * board.fs_region.size_bytes)
    fs = filesystem(board, buffer, prog_bytes=_DRAFT_PROG_BYTES)
    fs.format()
    fs.mount()
    path = "/"
    try:
        for path in sorted(folders):
            fs.makedirs(path, exist_ok=True)
        for path in sorted(files):
            _write(fs, path, files[path])
    except (LittleFSError, OSError) as exc:
        room = size_text(board.fs_region.size_bytes)
        # littlefs-python's OSErrors say nothing but their name
        why = str(exc) or type(exc).__name__
        raise UpyfwError(
            f"{board.name}: {path} does not go into the file system of {room}: {why}"
        ) from None
    fs.unmount()
    image = _tidied(board, buffer)
    _verify(board, image, files)
    return image


def _tidied(board: Board, buffer: bytearray) -> bytes:
    """Return an image in which each folder is one entry of its log, not one for every change.

    A board reads the log of every folder on a path whenever it looks for a file. littlefs writes a
    log anew when it cannot go on where the log ends, and these logs end at no multiple of the
    board's program size: so one change in each folder will do.
    """
    fs = filesystem(board, buffer)
    fs.mount()
    for folder, folders, names in fs.walk("/"):
        for name in (folders + names)[:1]:
            _stamp(fs, folder.rstrip("/") + "/" + name)
    fs.unmount()
    return bytes(fs.context.buffer)


def _content(
    board: Board, overlay: dict[str, bytes], remove: set[str], skel: Path
) -> tuple[dict[str, bytes], set[str]]:
    """Return ({absolute path: content}, {folders})."""
    files = {board.device_path: board_text(board).encode()}
    folders = set()
    for path in sorted(skel.rglob("*")):
        name = "/" + path.relative_to(skel).as_posix()
        if path.is_dir():
            folders.add(name)
        elif path.name != _FOLDER_MARK:
            files[name] = path.read_bytes()
    files |= page.files(skel.parent / _PAGE)
    for name, data in overlay.items():
        files["/" + name.strip("/")] = data
    files = {name: data for name, data in files.items() if not _removed(name, remove)}
    folders = {name for name in folders if not _removed(name, remove)}
    folders |= {name.rpartition("/")[0] for name in files} - {""}
    return files, folders


def skeleton(skel: Path = SKEL) -> dict[str, str]:
    """Return the files of the default tree that the firmware has too, {absolute path: text}.

    Of the examples in /opt these are two. Raises BadInput for a file that is not UTF-8: the
    firmware keeps texts.
    """
    found = {}
    for path in sorted(skel.rglob("*")):
        if not path.is_file() or path.name == _FOLDER_MARK:
            continue
        name = "/" + path.relative_to(skel).as_posix()
        if name.startswith("/opt/") and path.name not in _PROMISED:
            continue
        try:
            found[name] = path.read_bytes().decode()
        except UnicodeDecodeError:
            raise BadInput(f"{path}: not UTF-8", hint="the default tree is texts only") from None
    return found


def _removed(name: str, remove: set[str]) -> bool:
    return any(name == path or name.startswith(path + "/") for path in remove)


def board_text(board: Board) -> str:
    """Return the content of the board file on the device."""
    return pins.board_json(
        board.pins, board.product, board.vendor, board.chip.mcu, board.chip.core
    )


def filesystem(
    board: Board,
    buffer: bytearray,
    block_count: int | None = None,
    prog_bytes: int | None = None,
) -> LittleFS:
    """Return an unmounted file system over buffer, with the numbers of vfs_lfsx.c, init_config.

    block_count 0 takes the number from the file system itself. prog_bytes: if not the board's.
    """
    if block_count is None:
        block_count = len(buffer) // board.littlefs.block_bytes
    return LittleFS(
        context=UserContext(buffer=buffer),
        mount=False,
        block_size=board.littlefs.block_bytes,
        block_count=block_count,
        prog_size=prog_bytes or board.littlefs.prog_bytes,
        read_size=board.littlefs.read_bytes,
        cache_size=4 * board.littlefs.prog_bytes,
        lookahead_size=board.littlefs.read_bytes,
        block_cycles=100,
        name_max=_NAME_MAX,
        disk_version=_DISK_VERSION,
    )


def _write(fs: LittleFS, path: str, data: bytes) -> None:
    with fs.open(path, "wb") as file:
        file.write(data)
    _stamp(fs, path)


def _stamp(fs: LittleFS, path: str) -> None:
    """Give a file or folder the time of the image."""
    mtime_ns = epoch.seconds() * 1_000_000_000
    fs.setattr(path, _ATTR_MTIME, mtime_ns.to_bytes(8, "little"))


def check(board: Board, image: bytes) -> None:
    """Refuse an image that this board's firmware would not mount.

    Raises UpyfwError for another block count, or for what is no littlefs at all.
    """
    fs = filesystem(board, bytearray(image), block_count=0)
    try:
        fs.mount()
        count = fs.fs_stat().block_count
        fs.unmount()
    except LittleFSError as exc:
        raise BadInput(f"{board.name}: the file system image cannot be mounted: {exc}") from None
    if count != board.block_count or len(image) != board.fs_region.size_bytes:
        raise UpyfwError(
            f"{board.name}: the file system image has {count} blocks, "
            f"the device mounts {board.block_count}",
            hint=f"make it anew: ./upyfw image {board.name}",
            status=2,
        )


def mounted(board: Board, image: bytes) -> LittleFS:
    """Return a copy of an image, mounted."""
    fs = filesystem(board, bytearray(image))
    fs.mount()
    return fs


def read(board: Board, image: bytes) -> dict[str, bytes]:
    """Return {absolute path: content} of all files of an image."""
    fs = mounted(board, image)
    found = {}
    for folder, _, names in fs.walk("/"):
        for name in names:
            path = folder.rstrip("/") + "/" + name
            with fs.open(path, "rb") as file:
                found[path] = file.read()
    return found


def used_bytes(board: Board, image: bytes) -> int:
    """Return how much of an image is in use, in whole blocks."""
    return mounted(board, image).used_block_count * board.littlefs.block_bytes


def _verify(board: Board, image: bytes, files: dict[str, bytes]) -> None:
    check(board, image)
    if read(board, image) != files:
        raise UpyfwError(f"{board.name}: the file system image does not read back as written")

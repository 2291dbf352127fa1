# SPDX-License-Identifier: MIT
"""Updates over the air: signed images, and sites that boards load them from.

Images: docs/formats/firmware-swap.md. Lists: docs/spec/behaviour.md 4.6.
"""

import datetime
import hashlib
from pathlib import Path

import upyfw
from upyfw.base import epoch
from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.files import write_atomic
from upyfw.board import boards, layout
from upyfw.board.boards import Board
from upyfw.board.port import UF2
from upyfw.image import fsimage, picobin, signing, slotimage, uf2

LIST = "etc/upgrade.inf"
CHANNELS = ("stable", "test")
_SIG = b"#sig,"
# of the board alone, or of its user
_NOT_LISTED = ("/etc/system.conf", "/etc/upgrade.inf", "/etc/upgrade.key")


def with_slots() -> list[str]:
    """Return the names of the boards that take updates over the air."""
    return [name for name in boards.names() if boards.load(name).update]


def of_build(board: Board, firmware: Path) -> bytes:
    """Return the image in a built firmware file, not signed. Raises BadInput if it has none."""
    if not board.update:
        raise BadInput(f"{board.name}: has one slot", "updates over the air need two")
    if board.record.image != UF2:
        return slotimage.wrap(board, firmware.read_bytes())
    content = uf2.read(firmware.read_bytes())
    start = board.chip.flash_addr + board.update.slot.offset
    image = content.content(start, content.end_addr - start)
    return picobin.with_trial(image, True) if board.pair else image


def read_image(data: bytes, name: str) -> slotimage.Image:
    """Return what an image holds; BadInput if it is none."""
    try:
        return slotimage.read(data)
    except ValueError as exc:
        raise BadInput(f"{name}: {exc}") from None


def signed(data: bytes, name: str, key: object, version: str = "") -> bytes:
    """Return an image signed with a key, as the same or another version."""
    found = read_image(data, name)
    signing.check_private(key)
    board = boards.load(found.board)
    return slotimage.wrap(board, found.firmware, version or found.version, key)


def digest_to_sign(data: bytes, name: str) -> bytes:
    """Return the SHA-256 that a signature of an image or a list is over."""
    if data.startswith(b"#upyOS,"):
        return hashlib.sha256(data.partition(_SIG)[0]).digest()
    return read_image(data, name).digest


def with_signature(data: bytes, name: str, public: object, signature: bytes) -> bytes:
    """Return an image or a list with a signature that was made elsewhere.

    Raises BadInput if it is not that of the key.
    """
    if not signing.is_signed(public, digest_to_sign(data, name), signature):
        raise BadInput(f"{name}: the signature is not one of this key over this file")
    if data.startswith(b"#upyOS,"):
        return data.partition(_SIG)[0] + _SIG + signature.hex().encode() + b"\n"
    found = read_image(data, name)
    return slotimage.attach(boards.load(found.board), found, public, signature)


def fault(data: bytes, name: str, public: object) -> str | None:
    """Return why an image or a list is not signed by a key, or None."""
    if data.startswith(b"#upyOS,"):
        signature = _list_signature(data)
    else:
        signature = read_image(data, name).signature
    if not signature:
        return "is not signed"
    if signing.is_signed(public, digest_to_sign(data, name), signature):
        return None
    return "is signed by another key"


def _list_signature(data: bytes) -> bytes:
    """Return the signature of a list; what is no hexadecimal number is nobody's."""
    text = data.partition(_SIG)[2].decode(errors="replace").strip()
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()


def list_text(version: str, images: dict[str, tuple[str, bytes]], files: dict[str, bytes]) -> str:
    """Return an upgrade list, not signed: images by board with their names, files by path."""
    day = datetime.datetime.fromtimestamp(epoch.seconds(), datetime.UTC).date()
    lines = [
        f"{path},{len(data)},{hashlib.sha256(data).hexdigest()},"
        for path, data in sorted(files.items())
    ]
    for board, (name, data) in sorted(images.items()):
        lines.append(f"@{board},{name},{len(data)},{hashlib.sha256(data).hexdigest()},")
    whole = [f"#upyOS,{version},{day}", *lines, f"#files,{len(lines)}"]
    return "".join(f"{line}\n" for line in whole)


def system_files() -> dict[str, bytes]:
    """Return the files that every board's file system has from the start."""
    found = {}
    for path in sorted(fsimage.SKEL.rglob("*")):
        name = "/" + path.relative_to(fsimage.SKEL).as_posix()
        if path.is_file() and path.name != ".gitkeep" and name not in _NOT_LISTED:
            found[name] = path.read_bytes()
    return found


def site(
    out: Path,
    images: dict[str, bytes],
    key: object,
    channel: str = CHANNELS[0],
    version: str = upyfw.__version__,
) -> Path:
    """Write or renew a channel of an update site; return the folder of the channel.

    version: that of the images. Images of earlier versions stay. The list is replaced last, by
    rename: who loads meanwhile gets the old version or the new one.
    """
    folder = out if channel == CHANNELS[0] else out / channel
    named = {}
    for board, data in images.items():
        name = f"upyos-{board}-{version}.img"
        image = signed(data, name, key)
        write_atomic(_made(folder / name), image)
        named[board] = (name, image)
    files = system_files()
    for path, data in files.items():
        write_atomic(_made(folder / path[1:]), data)
    text = list_text(version, named, files).encode()
    signature = signing.sign(key, hashlib.sha256(text).digest())
    write_atomic(_made(folder / LIST), text + _SIG + signature.hex().encode() + b"\n")
    return folder


def _made(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UpyfwError(f"{path.parent}: {exc.strerror}") from None
    return path


def shown(data: bytes, name: str) -> list[tuple[str, str]]:
    """Return what an image or a list says of itself, as names and values."""
    if data.startswith(b"#upyOS,"):
        head, *lines = data.decode(errors="replace").splitlines()
        signed_too = "yes" if data.partition(_SIG)[2] else "no"
        count = sum(1 for line in lines if line[:1] in "/@")
        return [("list", head[7:]), ("records", str(count)), ("signed", signed_too)]
    image = read_image(data, name)
    slot = layout.size_text(boards.load(image.board).update.slot.size_bytes)
    return [
        ("board", image.board),
        ("version", image.version),
        ("size", f"{len(data):,} bytes of {slot}"),
        ("SHA-256", image.digest.hex()),
        ("signed", "yes" if image.signature else "no"),
    ]

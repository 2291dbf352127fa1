# SPDX-License-Identifier: MIT
"""upyfw ota: updates over the air."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import rich_click as click

from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.files import write_atomic
from upyfw.base.progress import say
from upyfw.base.results import console
from upyfw.board import boards
from upyfw.build import firmware
from upyfw.flash import serial_ports
from upyfw.image import signing
from upyfw.release import updates, webfolder
from upyfw.release.sites import Served, Site
from upyfw.remote import files, find, fleet, place, secret, telnet
from upyfw.remote.consoles import Cable, Console, Net
from upyfw.remote.push import GOOD, End, Push, Result

_PORT = 8000
_PORTS = click.IntRange(0, 65535)
_FIND_S = 3.0
_KEY = click.option(
    "--key",
    "key_path",
    type=Path,
    metavar="FILE",
    help="A key (PEM); else your development key, which is made at first use.",
)


@click.group("ota")
def command() -> None:
    """Sign firmware for updates over the air, serve it, and push it to boards."""


@command.command("keygen")
@click.argument("path", type=Path, metavar="FILE")
def keygen(path: Path) -> None:
    """Make a key in FILE (PEM, ECDSA P-256), and its public half in FILE.pub.

    The line that is printed goes into /etc/upgrade.key of each board that is to trust it.
    """
    signing.generate(path)
    key = signing.load(path)
    signing.write_public(key, path.with_name(path.name + ".pub"))
    print(signing.key_line(key, path.stem), end="")


@command.command("show")
@click.argument("path", type=Path, metavar="[FILE]", required=False)
def show(path: Path | None) -> None:
    """Say what a key, an image or an upgrade list is; without FILE, of your development key."""
    data = _read(path) if path else b"-----BEGIN"
    if data.startswith(b"-----BEGIN"):
        key_path = path or signing.development()
        print(signing.key_line(signing.load(path), key_path.stem), end="")
        return
    for name, value in updates.shown(data, str(path)):
        console().print(f"{name + ':':<9} {value}")


@command.command("sign")
@click.argument("what", metavar="BOARD|FILE")
@_KEY
@click.option("--out", type=Path, metavar="FILE", help="Where to; default is beside the input.")
@click.option("--version", metavar="X.Y.Z", help="Another version than the firmware's.")
@click.option(
    "--vector-to-sign", "vector", type=Path, metavar="FILE", help="Write what is to be signed."
)
@click.option(
    "--signature", type=Path, metavar="FILE", help="Take this one (DER), made where the key is."
)
def sign(
    what: str,
    key_path: Path | None,
    out: Path | None,
    version: str | None,
    vector: Path | None,
    signature: Path | None,
) -> None:
    """Sign the firmware of BOARD, or an image or upgrade list FILE.

    A key that is kept elsewhere: --vector-to-sign writes the SHA-256 (32 bytes) that is signed
    there, for example by `openssl pkeyutl -sign`; --signature with --key PUBLIC puts it in.
    """
    data, name, default = _input(what)
    if vector:
        write_atomic(vector, updates.digest_to_sign(data, name))
        print(vector)
        return
    key = signing.load(key_path)
    if signature:
        made = updates.with_signature(data, name, key, _read(signature))
    elif data.startswith(b"#upyOS,"):
        digest = updates.digest_to_sign(data, name)
        made = updates.with_signature(data, name, key, signing.sign(key, digest))
    else:
        made = updates.signed(data, name, key, version or "")
    out = out or default
    write_atomic(out, made)
    print(out)


def _input(what: str) -> tuple[bytes, str, Path]:
    """Return content and name of what is to be signed, and where the result goes."""
    if what in boards.names():
        board = boards.load(what)
        made = firmware.build(what)
        path = made.firmware.parent / f"upyos-{what}.img"
        return updates.of_build(board, made.firmware), what, path
    path = Path(what)
    return _read(path), what, path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise BadInput(f"{path}: {exc.strerror}") from None


@command.command("verify")
@click.argument("path", type=Path, metavar="FILE")
@_KEY
def verify(path: Path, key_path: Path | None) -> None:
    """Check the signature of an image or an upgrade list; --key may be a public one."""
    why = updates.fault(_read(path), str(path), signing.load(key_path))
    if why:
        raise UpyfwError(f"{path}: {why}")
    print(f"{path}: signed by this key")


@command.command("site")
@click.argument("names", metavar="[BOARD]...", nargs=-1)
@click.option(
    "--out", type=Path, default=Path("dist-ota"), metavar="DIR", help="Default is dist-ota."
)
@click.option("--channel", type=click.Choice(updates.CHANNELS), default=updates.CHANNELS[0])
@_KEY
def site(names: tuple[str, ...], out: Path, channel: str, key_path: Path | None) -> None:
    """Write an update site: a folder that any web server can serve.

    With firmware for the boards that are named, or all that have two slots and are built here.
    """
    key = signing.load(key_path)
    images = {}
    for name in names or ("RPI_PICO",):
        board = boards.load(name)
        images[board.name] = updates.of_build(board, firmware.build(name).firmware)
    folder = updates.site(out, images, key, channel)
    say(f"{folder}: {len(images)} images, {updates.LIST}")


@command.command("serve")
@click.argument("folder", type=Path, metavar="[DIR]", default=Path("dist-ota"))
@click.option("--port", type=_PORTS, default=_PORT, show_default=True)
def serve(folder: Path, port: int) -> None:
    """Serve an update site on the local network, until Ctrl-C."""
    if not (folder / updates.LIST).exists():
        raise BadInput(f"{folder}: no update site", "./upyfw ota site makes one")
    with webfolder.server(folder, port, say) as server:
        print(f"upgrade -u http://{_address()}:{server.port}", flush=True)
        server.serve_forever()


def _address() -> str:
    """Return the address of this machine that others see; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # RFC 5737: an address of nobody's
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


@command.command("push")
@click.argument("where", metavar="[PORT|HOST]...", nargs=-1)
@click.option("--all", "to_all", is_flag=True, help="To every board that `upyfw find` sees.")
@click.option(
    "--site",
    "folder",
    type=Path,
    default=Path("dist-ota"),
    metavar="DIR",
    help="An update site; default is dist-ota.",
)
@click.option("--channel", type=click.Choice(updates.CHANNELS), default=updates.CHANNELS[0])
@click.option(
    "--at-once",
    type=click.IntRange(1, 32),
    default=3,
    show_default=True,
    help="So many boards at a time.",
)
@click.option("--user", default=files.USER, help="Who logs in; else admin.")
@click.option("--baud", default=115200, type=serial_ports.BAUDS, help="Speed of a serial port.")
@click.option("--here", metavar="HOST[:PORT]", help="Where the boards reach this machine.")
@click.option(
    "--port", type=_PORTS, default=0, help="Port that the site is served at; else a free one."
)
@click.option(
    "--wait", type=float, default=240.0, metavar="S", help="For how long a board may restart."
)
@click.option("--allow-downgrade", is_flag=True, help="Load all again, a lower version too.")
@click.option("--stop-jobs", is_flag=True, help="Stop background jobs of the boards first.")
def push(
    where: tuple[str, ...],
    to_all: bool,
    folder: Path,
    channel: str,
    at_once: int,
    user: str,
    baud: int,
    here: str | None,
    port: int,
    wait: float,
    allow_downgrade: bool,
    stop_jobs: bool,
) -> None:
    """Push an update site (`ota site`) to a board, restart it, and wait until it has confirmed.

    HOST is a board whose telnet service runs: it loads from this machine over http. PORT is a
    serial port (a path), where the shell is: the site goes over the console. A program that has
    the console is ended. After a board that does not come back, or goes back to the firmware
    before, no other one is begun or restarted. The password comes from the environment
    (UPYFW_PASSWORD), the keyring or a prompt.
    """
    if to_all == bool(where):
        raise BadInput("a PORT, a HOST or --all is needed, and not both")
    site = Site(folder if channel == updates.CHANNELS[0] else folder / channel)
    flags = "o" * allow_downgrade + "s" * stop_jobs
    with Served(site, port) as served:
        reached = here and place.of(here, served.port)

        def net(name: str, at: place.Place) -> Console:
            return Net(name, at, user, lambda: secret.password(at.host, user), served, reached)

        def named(text: str) -> Console:
            if "/" in text or "\\" in text:
                serial_ports.check(text)
                return Cable(text, baud, site)
            return net(text, place.of(text, telnet.PORT))

        consoles, silent = _found(net) if to_all else ([named(text) for text in where], [])
        pushes = [Push(each, site, flags, wait) for each in consoles]
        _report([one.result for one in pushes], silent, fleet.Fleet(pushes, at_once).run)


def _found(net: Callable[[str, place.Place], Console]) -> tuple[list[Console], list[Result]]:
    """Return the consoles of the boards of this network, and the boards that have none."""
    boards_found = find.boards(_FIND_S)
    if not boards_found:
        raise UpyfwError("no board answered", "is a service running on them (utelnetd start)?")
    consoles, silent = [], []
    for board in boards_found:
        name = board.name.removesuffix(".local")
        if "telnet" in board.services and board.addresses:
            # IPv4 first: it needs no scope
            address = min(board.addresses, key=lambda text: ":" in text)
            consoles.append(net(name, place.Place(address, board.services["telnet"])))
        else:
            silent.append(Result(name, end=End.REFUSED, why="utelnetd does not run on it"))
    return consoles, silent


def _report(results: list[Result], silent: list[Result], run: Callable[[], object]) -> None:
    """Run, and print the table, whatever ends it. UpyfwError if a board has not what it should."""
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: console().print(fleet.table(results + silent)))
        run()
    bad = [one for one in results + silent if one.end not in GOOD]
    if bad:
        first = ": ".join(filter(None, (f"{bad[0].name} {bad[0].end.value}", bad[0].why)))
        what = f"{len(bad)} of {len(results + silent)} not updated; {first}"
        raise UpyfwError(what, bad[0].hint)

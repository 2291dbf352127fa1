# SPDX-License-Identifier: MIT
"""upyfw sync: a folder of this machine on a board."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import rich_click as click

from upyfw.base.errors import UpyfwError
from upyfw.base.progress import say
from upyfw.flash import serial_ports
from upyfw.remote import consoles, files, place, secret
from upyfw.remote.sync import Sync
from upyfw.remote.ways import FtpWay, SerialWay, Way
from upyfw.targets.base import TargetError, short
from upyfw.targets.serial_port import SerialPort

_AGAIN_HINT = "look at the board, then run it again: what it has is not sent twice"


@click.command("sync")
@click.argument("where", metavar="HOST|PORT")
@click.argument(
    "folder",
    metavar="[FOLDER]",
    default=".",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option("--to", metavar="PATH", default="/", help="Where on the board; else /.")
@click.option("--watch", is_flag=True, help="Go on, and push each file as soon as it is saved.")
@click.option("--delete", is_flag=True, help="With --watch: remove what is removed here.")
@click.option("--user", default=files.USER, help="Who logs in; else admin.")
@click.option("--baud", default=115200, type=serial_ports.BAUDS, help="Speed of a serial port.")
def command(
    where: str, folder: Path, to: str, watch: bool, delete: bool, user: str, baud: int
) -> None:
    """Push the files of FOLDER that the board has not, or has otherwise.

    HOST is a board whose FTP service runs; PORT is a serial port (a path), where the shell is at
    its prompt. Names that begin with a point, and what editors leave, stay here. The password
    comes from the environment (UPYFW_PASSWORD), the keyring or a prompt.
    """
    with _way(where, user, baud) as way:
        sync = Sync(folder, to, way, say, delete=delete)
        try:
            written, count = sync.push()
            say(f"{where}: {written} of {count} files written")
            if watch:
                say(f"watching {folder}; Ctrl-C ends")
                sync.watch(_ended_by_signal())
        except OSError as exc:
            raise UpyfwError(f"{where}: {exc.strerror or exc}") from exc
        except TargetError as exc:
            raise UpyfwError(f"{where}: {short(exc)}", _AGAIN_HINT) from None


@contextlib.contextmanager
def _way(where: str, user: str, baud: int) -> Iterator[Way]:
    if "/" in where or "\\" in where:
        serial_ports.check(where)
        with SerialPort(where, baud) as target:
            try:
                way = SerialWay(target)
            except UpyfwError as exc:
                raise UpyfwError(f"{where}: {short(exc)}", exc.hint) from None
            is_left = True
            try:
                yield way
                is_left = False
            finally:
                if is_left:
                    # what it waits for does not come
                    target.send(consoles.CTRL_C)
        return
    host = place.of(where, files.PORT)
    board = files.BoardFiles(host, user, lambda: secret.password(host.host, user))
    try:
        board.connect()
        yield FtpWay(board)
    finally:
        board.close()


def _ended_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop

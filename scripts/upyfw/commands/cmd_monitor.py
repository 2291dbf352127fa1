# SPDX-License-Identifier: MIT
"""upyfw monitor: a board's console in the user's terminal."""

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.base.progress import say
from upyfw.flash import detect, serial_ports
from upyfw.remote import place, telnet
from upyfw.remote.telnet import Telnet
from upyfw.targets.base import Target
from upyfw.targets.interactive import interact
from upyfw.targets.serial_port import SerialPort


@click.command("monitor")
@click.argument("host", metavar="[HOST]", required=False)
@click.option("--port", metavar="P", help="Serial port of the board.")
@click.option(
    "--baud",
    default=115200,
    type=serial_ports.BAUDS,
    help="Its speed; USB of the chip itself has none.",
)
def command(host: str | None, port: str | None, baud: int) -> None:
    """Open the console of a board; Ctrl-] leaves.

    It is the board at this machine, or HOST (HOST:PORT) over telnet.
    """
    if host:
        if port:
            raise BadInput("HOST and --port together", "one board at a time")
        _show(Telnet(place.of(host, telnet.PORT)), host)
        return
    path = port or _only_port()
    serial_ports.check(path)
    _show(SerialPort(path, baud), path)


def _show(target: Target, where: str) -> None:
    with target:
        say(f"{where}; Ctrl-] leaves")
        ended = interact(target)
    say("" if ended is None else f"{where}: {ended}")


def _only_port() -> str:
    found = {each.where: each for each in serial_ports.find()}
    if not found:
        raise BadInput("no serial port of a board found", "plug it in, or name one: --port")
    return detect.choose("port", found, "name one: --port").path

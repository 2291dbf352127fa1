# SPDX-License-Identifier: MIT
"""upyfw build: firmware, file system image and the files to flash."""

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.base.progress import say
from upyfw.board import boards, variant
from upyfw.build import container, firmware
from upyfw.measure import size, size_report
from upyfw.source import buildable


def _buildable() -> list[str]:
    """Return the boards that can be built here; say of each other one why not."""
    found = []
    for name in boards.names():
        if reason := buildable.why_not(boards.load(name)):
            say(f"{name}: not built: {reason}")
        else:
            found.append(name)
    return found


@click.command("build")
@click.argument("names", metavar="[BOARD]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Build every board that this machine can.")
@click.option("--profile", help="What to freeze: tiny, core, net, full or bare; else the board's.")
@click.option("--heap", help="Leave the firmware a smaller heap than the chip has, such as 36KiB.")
@click.option(
    "--container", "inside", is_flag=True, help="ESP32: in the image of ESP-IDF's makers."
)
@click.pass_context
def command(
    context: click.Context,
    names: tuple[str, ...],
    every: bool,
    profile: str | None,
    heap: str | None,
    inside: bool,
) -> None:
    """Build one or more boards (RPI_PICO if none is named) into build/BOARD.

    --container runs this command in the container image of the pinned ESP-IDF, with Docker or
    Podman: nothing else has to be installed for an ESP32.
    """
    if every and names:
        raise BadInput("--all and board names together", hint="./upyfw build --help")
    chosen = _buildable() if every else list(names) or [firmware.DEFAULT_BOARD]
    for name in chosen:
        # every name first: a wrong one costs no building time
        variant.of(name, profile, heap)
    if inside:
        words = [*chosen, *(["--profile", profile] if profile else [])]
        context.exit(container.build([boards.load(name) for name in chosen], words))
    for name in chosen:
        made = firmware.build(name, profile, heap)
        for line in size_report.lines(size.of_build(made)):
            print(line)
        for path in made.to_flash():
            print(f"{name}: {path}")

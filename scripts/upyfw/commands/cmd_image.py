# SPDX-License-Identifier: MIT
"""upyfw image: the file system image, and the files to flash around built firmware."""

import rich_click as click

from upyfw.board import variant
from upyfw.build import firmware


@click.command("image")
@click.argument("board", default=firmware.DEFAULT_BOARD)
def command(board: str) -> None:
    """Make the file system image of BOARD anew, and the files to flash that hold it.

    The firmware is taken as it was last built.
    """
    made = firmware.remake_image(variant.of(board))
    for path in (made.fs_image, *made.to_flash()):
        print(f"{board}: {path}")

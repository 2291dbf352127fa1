# SPDX-License-Identifier: MIT
"""upyfw certificate: what a board needs for TLS."""

from pathlib import Path

import rich_click as click

from upyfw.remote import certificates


@click.command("certificate")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tls"),
    help="Where the files go, by default tls.",
)
def command(names: tuple[str, ...], folder: Path) -> None:
    """Make a certificate and key for a board that is reached by each NAME or address.

    cert.pem and key.pem go to /etc/tls of the board, over its serial port; ca.pem is what a
    browser or curl trusts. It is that of your own authority, which is made at first use and is one
    for all your boards.
    """
    for path in certificates.make(names, folder):
        print(path)

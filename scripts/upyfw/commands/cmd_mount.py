# SPDX-License-Identifier: MIT
"""upyfw mount: the files of a board as a folder of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import rich_click as click

from upyfw.base.errors import UpyfwError
from upyfw.base.progress import say
from upyfw.remote import files, place, secret

_DEVICE = "/dev/fuse"
# how libfuse says that a signal ended it (fuse_main, libfuse 3)
_SIGNAL = 8


@click.command("mount")
@click.argument("where", metavar="HOST")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--user", default=files.USER, help="Who logs in; else admin.")
def command(where: str, folder: Path, user: str) -> None:
    """Show the files of a board, whose FTP service runs, in the empty folder FOLDER.

    A file is written to the board when it is closed; a transfer that breaks off leaves the old
    one. Ctrl-C, or `fusermount3 -u FOLDER`, ends it. The password comes from the environment
    (UPYFW_PASSWORD), the keyring or a prompt.
    """
    _check_fuse()
    # it looks for libfuse when it is imported
    from upyfw.remote import mount

    host = place.of(where, files.PORT)
    board = files.BoardFiles(host, user, lambda: secret.password(host.host, user))
    board.connect()
    say(f"{host} at {folder}; Ctrl-C ends")
    try:
        mount.run(board, str(folder))
    except RuntimeError as exc:
        if exc.args == (_SIGNAL,):
            return
        raise UpyfwError(f"{folder}: FUSE ended with error {exc}", hint="is it empty?") from exc
    finally:
        board.close()


def _check_fuse() -> None:
    hint = "a Linux with FUSE: apt-get install fuse3"
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        raise UpyfwError(f"{_DEVICE} is missing, or not for you", hint=hint)
    try:
        import mfusepy  # noqa: F401
    except OSError as exc:
        raise UpyfwError("libfuse is missing", hint=hint) from exc

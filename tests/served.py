# SPDX-License-Identifier: MIT
"""What the servers of the tests share: a UNIX board whose services clients talk to."""

from machines import board
from session import Session
from upyfw.image import fsimage


class Served:
    """clients: what has a close() and is closed with it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clients: list = []

    def files(self) -> dict[str, bytes]:
        """What is on the flash."""
        flash = self.session.target.flash_image()
        return fsimage.read(fsimage.resized(board("UNIX"), len(flash)), flash)

    def close(self) -> None:
        for client in self.clients:
            client.close()

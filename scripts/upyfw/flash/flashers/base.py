# SPDX-License-Identifier: MIT
"""What every way to a board can do: ask it, and write a plan."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from upyfw.flash.flashplan import Facts, Plan

# how long a board may take until its boot loader or its new firmware shows up
APPEAR_S = 20.0


class Flasher(ABC):
    """One way to one board. Use it in a `with` statement.

    where: the board as a user knows it. port: the serial port that it is at, if it is at one, and
    will be at again.
    """

    where: str
    port: str | None = None

    @abstractmethod
    def facts(self) -> Facts:
        """Ask the board what it is; nothing is written. UpyfwError if it does not answer."""

    @abstractmethod
    def write(self, plan: Plan) -> None:
        """Do what a plan says, show the progress and check what can be read back.

        UpyfwError says in which state the board is and what to do next.
        """

    def leave(self) -> None:  # noqa: B027 (most have nothing to do)
        """Let go of a board that nothing was written to, so that it runs again."""

    def close(self) -> None:  # noqa: B027 (most have nothing open)
        """Close what is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

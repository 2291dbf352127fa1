# SPDX-License-Identifier: MIT
"""A terminal emulator at the console of a target: what a full-screen program shows."""

import pyte
from session import Session

# output that has not grown for so long ends a look at the screen, seconds of the target
QUIET_S = 0.02
# safety net for what is to appear, seconds of the target
LIMIT_S = 10.0


class _Screen(pyte.Screen):
    """Moves rows that nothing was ever written to as well (pyte 0.8.2 leaves what is there)."""

    def insert_lines(self, count: int | None = None) -> None:
        self._have_rows()
        super().insert_lines(count)

    def delete_lines(self, count: int | None = None) -> None:
        self._have_rows()
        super().delete_lines(count)

    def _have_rows(self) -> None:
        for row in range(self.lines):
            self.buffer[row]


class Terminal:
    """A terminal of this size; it tells its size when asked, unless it is dumb."""

    def __init__(
        self, session: Session, rows: int = 24, columns: int = 80, dumb: bool = False
    ) -> None:
        self.target = session.target
        self.dumb = dumb
        self.resize(rows, columns)
        self._seen = len(self.target.output)

    def resize(self, rows: int, columns: int) -> None:
        """Be another size, and blank."""
        self.screen = _Screen(columns, rows)
        self.screen.write_process_input = self._answer
        self._stream = pyte.ByteStream(self.screen)

    def _answer(self, text: str) -> None:
        if not self.dumb:
            self.target.send(text.encode())

    def press(self, keys: str | bytes) -> None:
        """Type keys."""
        self.target.send(keys if isinstance(keys, bytes) else keys.encode())

    def look(self) -> None:
        """Show what the target has sent until it is quiet."""
        self.target.read_quiet(QUIET_S, LIMIT_S)
        output = self.target.output
        if len(output) > self._seen:
            self._stream.feed(output[self._seen :])
        self._seen = len(output)

    @property
    def rows(self) -> list[str]:
        """The rows without the blanks at their ends."""
        return [row.rstrip() for row in self.screen.display]

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor, from 0."""
        return self.screen.cursor.y, self.screen.cursor.x

    def wait(self, is_there) -> None:
        """Look until is_there() is true; after LIMIT_S it is the caller's to complain."""
        waited_s = 0.0
        self.look()
        while not is_there() and waited_s < LIMIT_S:
            self.look()
            waited_s += QUIET_S

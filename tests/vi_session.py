# SPDX-License-Identifier: MIT
"""vi on a terminal emulator, and files to try it on."""

import machines as at
from screens import Terminal
from session import Session
from upyfw.image import fsimage

ESC = "\x1b"
FORTY = "".join(f"line {n}\n" for n in range(1, 41))
LONG = "".join(chr(97 + n % 26) for n in range(200)) + "\n"
FILL = (
    "> try:\\n  for i in range(999):\\n    with open('/fill/%d' % i, 'w') as f: "
    "f.write('x' * 4000)\\nexcept OSError: pass"
)
FILES = {
    "/t/forty": FORTY,
    "/t/long": "short\n" + LONG + "short too\n",
    "/t/tabs": "\ta\tb\nabcdefghi\tc\n",
    "/t/wide": "aé日本b\ne\u0301x\n",
    "/t/dos": "one\r\ntwo\r\n",
    "/t/dos2": "one\r\ntwo\r\n",
    "/t/dosnoeol": "one\r\ntwo",
    "/t/mixed": "a\r\nbc\nd",
    "/t/noeol": "one\ntwo",
    "/t/two": "one\ntwo",
    "/t/empty": "",
    "/t/old": "old\n",
    "/t/over": "old\n",
    "/t/taken": "taken\n",
    "/t/taken.tmp": "mine\n",
    "/t/job.py": "import asyncio\nasync def __main__(args):\n  await asyncio.sleep(1)\n"
    "  print('from the job')\n",
    "/t/writer.py": "import asyncio\nasync def __main__(args):\n  await asyncio.sleep(1)\n"
    "  with open('/tmp/changed', 'a') as f: f.write('more\\n')\n",
    "/t/killer.py": "import asyncio, sdata\nasync def __main__(args):\n  await asyncio.sleep(1)\n"
    "  [sdata.upyos.killall(name) for name in ('vi', 'less')]\n",
    "/t/lib.py": "import editor\ndef __main__(args):\n  print('status', editor.edit(args[0]))\n",
}


class Vi:
    """A session with a terminal, in which vi runs."""

    def __init__(self, session: Session, name: str, **size) -> None:
        self.session = session
        self.name = name
        self.terminal = Terminal(session, **size)

    def type(self, keys: str | bytes) -> None:
        self.terminal.press(keys)

    def sees(self, *rows: str, cursor: tuple[int, int] | None = None) -> None:
        """Assert that the first rows of the screen come to be these, and the cursor."""

        def found():
            return self.terminal.rows[: len(rows)], cursor and self.terminal.cursor

        wanted = (list(rows), cursor)
        self.terminal.wait(lambda: found() == wanted)
        assert found() == wanted, (found(), wanted)

    def says(self, text: str) -> None:
        """Assert that a text comes to be in the last row."""
        self.terminal.wait(lambda: text in self.terminal.rows[-1])
        assert text in self.terminal.rows[-1], self.terminal.rows[-1]

    def leave(self, keys: str = ":q!\r") -> str:
        """Leave; what was printed after that."""
        self.type(keys)
        return self.session.wait_prompt()

    def file(self, path: str) -> bytes | None:
        """The content of a file on the flash."""
        image = at.file_system(self.session, self.name)
        return fsimage.read(at.board(self.name), image).get(path)

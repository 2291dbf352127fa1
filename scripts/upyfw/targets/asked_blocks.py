# SPDX-License-Identifier: MIT
"""Give a board the files that it asks for over its console: docs/formats/serial-blocks.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from upyfw.base.errors import UpyfwError
from upyfw.targets import prompts, serial_blocks
from upyfw.targets.base import Target, TargetError, TargetStopped

# what the board may take for a block: it erases flash; and behind the end of a file: it computes
# SHA-256s, and looks at a signature. It takes a sender that is quiet for 30 s for gone
_BLOCK_S = 3.0
_WORK_S = 10.0
_BEGIN_S = 60.0
_FURTHER_S = 0.3
# a board that is told to end shows its prompt within that, unless it waits for a block
_LEFT_S = 1.0
_TRIES = 8
# of a file that is asked for, where the board's input has flow control
LONG_BLOCK_BYTES = 512
# what the board says for us: it asks, it has ended, or it has failed
_WORDS = rb"@(?:\d+(?: \d+ [^\r\n]*)?|\.|! [^\r\n]*)"
# or the prompt: the command has ended without a word for us. A prompt is looked for behind the end
# of a line, so that is not taken
_ANSWER = re.compile(rb"(?:%s(?=\r?\n)|%s)" % (_WORDS, prompts.SHELL.pattern))
_OURS = re.compile(_WORDS + rb"\r?\n")
_ASKED = re.compile(rb"@(\d+)(?: (\d+) ([^\r\n]*))?$")
_ENDED = re.compile(rb"@(?:\.|! [^\r\n]*)$")

# path → content of a file, None if there is none
Fetch = Callable[[str], bytes | None]
# path, how many bytes of it the board has, how many there are; ConnectionError: the board is told
# to end, and nobody wants the rest
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _File:
    """What the board reads: its blocks count from an offset."""

    path: str
    offset: int
    content: bytes
    block_bytes: int

    def at(self, number: int) -> int:
        """Return where in the file a block begins."""
        return min(self.offset + number * self.block_bytes, len(self.content))

    def line(self, number: int) -> bytes:
        """Return the line of a block; the one behind the last is empty."""
        return serial_blocks.line(number, self.content[self.at(number) : self.at(number + 1)])

    def is_end(self, number: int) -> bool:
        """Tell whether a block is the one behind the last."""
        return self.at(number) == len(self.content)


def serve(
    target: Target,
    command: str,
    fetch: Fetch,
    report: Report,
    block_bytes: int = serial_blocks.BLOCK_BYTES,
) -> str:
    """Type a command that asks for files, and give them until it ends; return what it printed.

    The shell is at its prompt before and afterwards. block_bytes: LONG_BLOCK_BYTES at most.
    Raises UpyfwError if nothing gets through, TargetStopped if the target stops.
    """
    start = len(target.output)
    target.enter(command)
    _Server(target, fetch, report, block_bytes).run()
    said = prompts.echo_end(command).split(target.output[start:], 1)[-1]
    return _OURS.sub(b"", said).decode(errors="replace").replace("\r\n", "\n")


class _Server:
    """Answers one command. What it asks for says all, so a question may come twice."""

    def __init__(self, target: Target, fetch: Fetch, report: Report, block_bytes: int) -> None:
        self._target = target
        self._fetch = fetch
        self._report = report
        self._file = _File("", 0, b"", block_bytes)
        # the line that was sent last, and how often in a row
        self._sent = b""
        self._tries = 0
        self._limit_s = _BEGIN_S

    def run(self) -> None:
        """Answer until the command has ended, and the prompt is there."""
        answer = self._heard(self._limit_s)
        while answer is None or (asked := _ASKED.search(answer)):
            line = self._sent if answer is None else self._line(*asked.groups())
            # the same again: perhaps of a block that came twice, and the right one follows
            later = self._heard(_FURTHER_S) if answer and line == self._sent else None
            if later is None:
                self._send(line)
                later = self._heard(self._limit_s)
            answer = later
        if _ENDED.search(answer):
            # it reads on until this comes, so that nothing of ours is a command
            self._target.send(b"\n.\n")
            self._target.wait_prompt()

    def _heard(self, limit_s: float) -> bytes | None:
        """Return output that ends with what the board says, None if nothing comes."""
        try:
            return self._target.read_until(_ANSWER, limit_s)
        except TargetStopped:
            raise
        except TargetError:
            return None

    def _line(self, number: bytes, offset: bytes | None, path: bytes | None) -> bytes:
        """Return the line of the block that is asked for; a path begins a file."""
        if path is not None:
            name = path.decode(errors="replace")
            # what is not there is empty, and no list says so of a file
            self._file = _File(name, int(offset), self._fetch(name) or b"", self._file.block_bytes)
        found = self._file
        line = found.line(int(number))
        try:
            self._report(found.path, found.at(int(number)), len(found.content))
        except ConnectionError:
            # Ctrl-C is on its way. A board that had asked before takes this block first.
            if self._heard(_LEFT_S) is None:
                self._send(line)
                self._heard(_BLOCK_S)
            raise
        self._limit_s = _WORK_S if found.is_end(int(number)) else _BLOCK_S
        return line

    def _send(self, line: bytes) -> None:
        self._tries = self._tries + 1 if line == self._sent else 1
        if self._tries > _TRIES:
            raise UpyfwError("nothing gets through to the board")
        self._sent = line
        self._target.send(line)

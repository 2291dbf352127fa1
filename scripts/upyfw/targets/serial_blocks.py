# SPDX-License-Identifier: MIT
"""Send a file over a console that may lose input: docs/formats/serial-blocks.md."""

import base64
import re
import zlib

from upyfw.base.errors import UpyfwError
from upyfw.targets import prompts
from upyfw.targets.base import Target, TargetError, TargetStopped

# its line is shorter than the smallest input buffer of a port
BLOCK_BYTES = 128
_TRIES = 8
# what an acknowledgement may take, seconds: flash is erased meanwhile
_ANSWER_S = 3.0
_END_S = 30.0
_FURTHER_S = 0.3
_WORDS = rb"@(\d+|\.|! [^\r\n]*)"
_TOLD = re.compile(_WORDS + rb"$")
# what it has said that shows its prompt
_PROMPT = b""
# without the line's end: a prompt is looked for behind one; or the prompt: nothing takes blocks
_ANSWER = re.compile(rb"(?:%s(?=\r?\n)|%s)" % (_WORDS, prompts.SHELL.pattern))
_AGAIN_HINT = "was it reset, or Ctrl-C typed there? run it again"


def send(target: Target, path: str, data: bytes) -> None:
    """Have the shell, which is at its prompt, write data to a file; it is there afterwards.

    Raises UpyfwError if the board could not write it, or nothing gets through.
    """
    # its end is not taken for the prompt's: the line is drawn anew while it is typed
    target.enter(f"fileup -b {path}")
    awaited = _awaited(path, _answer(target, _END_S))
    blocks = [data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES)] + [b""]
    for number in range(len(blocks)):
        tries = 0
        while awaited == number:
            if tries == _TRIES:
                raise UpyfwError(f"{path}: nothing gets through to the board")
            tries += 1
            target.send(line(number, blocks[number]))
            awaited = _taken(target, path, number, _ANSWER_S if blocks[number] else _END_S)
    target.wait_prompt()


def _taken(target: Target, path: str, number: int, limit_s: float) -> int:
    """Wait for what the board says to a block; return the number of the one that it waits for."""
    while (answer := _answer(target, limit_s)) is not None:
        awaited = _awaited(path, answer, target)
        if awaited != number:
            return awaited
        # perhaps of a block that came twice: the answer to this one would follow
        limit_s = _FURTHER_S
    return number


def line(number: int, block: bytes) -> bytes:
    """Return the line of a block; the end in front closes one that was damaged."""
    return b"\n%d %08x %s\n" % (number, zlib.crc32(block), base64.b64encode(block))


def _answer(target: Target, limit_s: float) -> bytes | None:
    """Return what the board answers, None if nothing comes."""
    try:
        seen = target.read_until(_ANSWER, limit_s)
    except TargetStopped:
        raise
    except TargetError:
        return None
    told = _TOLD.search(seen)
    return told[1] if told else _PROMPT


def _awaited(path: str, answer: bytes | None, target: Target | None = None) -> int:
    """Return the number of the block that the board waits for; behind all if the file is there."""
    if answer is None:
        raise UpyfwError(f"{path}: the board does not take blocks")
    if answer == _PROMPT:
        raise UpyfwError(f"{path}: the board is at its prompt, and has not taken it", _AGAIN_HINT)
    if answer.startswith(b"!"):
        if target:
            target.send(b"\n.\n")
            target.wait_prompt()
        raise UpyfwError(f"{path}: {answer[2:].decode(errors='replace')}")
    return 1 << 62 if answer == b"." else int(answer)

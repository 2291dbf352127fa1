# SPDX-License-Identifier: MIT
"""Text commands against GNU's tools on this machine: random files, random command lines."""

import random
import re
from pathlib import Path

import machines as at
import pytest
from text_oracle import Line, Maker, answer, make_files
from upyfw.image import fsimage

# files of each kind, scripts, lines in each
SIZES = {"UNIX": (6, 4, 80), "RPI_PICO": (3, 1, 60)}
FIRST_SEED = {"UNIX": 0, "RPI_PICO": 100}
FULL_SEEDS = 8
LIMIT_S = 240.0

_MARK = re.compile(rb"\n=== (\d+)\n")


def _script(lines: list[Line]) -> bytes:
    """Runs the lines; a mark with the status follows the output of each."""
    return "".join(f'{line.text}\necho -e "\\n=== $?"\n' for line in lines).encode()


def _answers(session, name: str, number: int) -> list[tuple[bytes, int]]:
    """Run a script whose output goes into a file; output and status of each line."""
    session.forget()
    session.type(f"sh /s/{number}.sh > /o.txt")
    session.wait_prompt(LIMIT_S)
    data = fsimage.read(at.board(name), at.file_system(session, name))["/o.txt"]
    parts = _MARK.split(data)
    return [(parts[i], int(parts[i + 1])) for i in range(0, len(parts) - 1, 2)]


def _compare(machines, target: str, seed: int, folder: Path) -> None:
    """Run the lines of one seed on a board and on this machine."""
    rounds, scripts, count = SIZES[target]
    rng = random.Random(seed)
    files = make_files(rng, rounds)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    maker = Maker(rng, files)
    lines = [[maker.line() for _ in range(count)] for _ in range(scripts)]
    flash = {f"/{name}": data for name, data in files.items()}
    flash |= {f"/s/{number}.sh": _script(some) for number, some in enumerate(lines)}
    image = at.image(target, {}, overlay=flash)
    with machines.at_prompt(target, image) as session:
        found = [_answers(session, target, number) for number in range(scripts)]
    for some, answers in zip(lines, found, strict=True):
        for line, got in zip(some, answers, strict=True):
            assert got == answer(line, folder), (seed, line.text)


@pytest.mark.parametrize("target", SIZES)
def test_as_gnu_does(machines, full, tmp_path, target):
    for n in range(FULL_SEEDS if full else 1):
        folder = tmp_path / str(n)
        folder.mkdir()
        _compare(machines, target, FIRST_SEED[target] + n, folder)

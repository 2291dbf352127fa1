# SPDX-License-Identifier: MIT
"""Ordinary lines of sh, here and under dash: the same text, the same output, the same status.

What differs on purpose is in docs/spec/behaviour.md, 7.3, and not among the lines.
"""

import re
import shutil
import subprocess
from pathlib import Path

import machines as at
import pytest
from casefile import TARGETS
from upyfw.image import fsimage

LINES = Path(__file__).parent.parent / "sh_lines.sh"
FEWEST_ENTRIES = 150
# entries of one script
GROUP = 30
LIMIT_S = 240.0

FILES = {
    "a.txt": "alpha\nbeta\n",
    "b.txt": "beta\ngamma\n",
    "notes.md": "# notes\n",
    "run.py": "x\n",
    ".hidden": "h\n",
    "sub/c.txt": "c\n",
    "sub/d.md": "d\n",
    "lib.sh": 'libfunc() { echo "lib $1"; }\n',
    "args.sh": 'echo "$# args"\nfor a in "$@"; do echo "- $a"; done\n',
    "fails.sh": "echo before\nexit 9\necho after\n",
}
_MARK = re.compile(r"=== (\d+)\n")


def entries() -> list[str]:
    """The entries of the file, without its head."""
    return [text.strip("\n") for text in LINES.read_text().split("\n\n")[1:]]


def _scripts() -> list[str]:
    """The entries as scripts; behind each its status."""
    every = entries()
    groups = [every[i : i + GROUP] for i in range(0, len(every), GROUP)]
    return ["".join(f"{text}\nprintf '=== %d\\n' $?\n" for text in group) for group in groups]


def _answers(output: str) -> list[tuple[str, str]]:
    """Output and status of each entry."""
    parts = _MARK.split(output)
    return list(zip(parts[0::2], parts[1::2], strict=False))


def _of_dash(script: str, folder: Path) -> list[tuple[str, str]]:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = subprocess.run(
        ["dash", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C"},
    )
    return _answers(done.stdout)


def test_there_are_enough():
    assert len(entries()) >= FEWEST_ENTRIES


@pytest.mark.parametrize("target", TARGETS)
def test_as_dash_does(machines, tmp_path, target):
    if not shutil.which("dash"):
        raise FileNotFoundError("dash, from the Debian package of that name")
    scripts = _scripts()
    flash = {f"/w/{name}": text for name, text in FILES.items()}
    flash |= {f"/s/{number}.sh": text for number, text in enumerate(scripts)}
    wanted = [_of_dash(text, tmp_path / "w") for text in scripts]
    with machines.at_prompt(target, at.image(target, flash)) as session:
        for number in range(len(scripts)):
            session.type(f"cd /w; sh /s/{number}.sh > /o{number}.txt 2> /dev/null; cd /")
            session.wait_prompt(LIMIT_S)
        files = fsimage.read(at.board(target), at.file_system(session, target))
    found = [_answers(files[f"/o{number}.txt"].decode()) for number in range(len(scripts))]
    assert [len(one) for one in found] == [len(one) for one in wanted]
    ours, theirs = sum(found, []), sum(wanted, [])
    rows = zip(entries(), ours, theirs, strict=True)
    assert [row for row in rows if row[1] != row[2]] == []

# SPDX-License-Identifier: MIT
"""Every command says what it does, and its words agree with its code and its cases."""

import ast
import re
from pathlib import Path

import casefile
import pytest

FEWEST_CASES = 5

COMMANDS = sorted((casefile.TREE / "modules/upyos/bin").glob("*/*.py"))
ITEMS = casefile.load_all()


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def flags_of_usage(usage: str) -> set[str]:
    """Option letters in a usage line: `head [-n LINES] [-qr] [FILE...]` gives n, q, r.

    Words with a value, as `-name P` of find, are none.
    """
    return set(
        "".join(re.findall(r"(?<![\w])-([A-Za-z0-9](?![\w])|[A-Za-z0-9]+(?![\w ]))", usage))
    )


def words_of_usage(usage: str) -> set[str]:
    """Options that are words with a value: `find [-name P]` gives name."""
    return set(re.findall(r"(?<![\w])-([a-z]{2,})(?= )", usage))


def flags_of_code(tree: ast.AST) -> set[str] | None:
    """Option letters that the code passes to `options`, or None if it does not call it."""
    found: set[str] | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "options":
            values = [a.value for a in node.args[1:] if isinstance(a, ast.Constant)]
            values += [k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)]
            found = (found or set()) | set("".join(map(str, values)))
    return found


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def flags_explained(text: str) -> set[str]:
    """Option letters that begin a line of the docstring: `-n LINES  how many`."""
    heads = re.findall(r"^((?:-[A-Za-z0-9](?![a-z]),? ?)+)", text, re.MULTILINE)
    return set("".join(re.findall(r"-([A-Za-z0-9]+)", " ".join(heads))))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
class TestCommand:
    def test_usage_line_begins_with_the_name(self, path):
        assert _docstring(path).split("\n")[0].split()[:1] == [path.stem]

    def test_usage_and_options_agree(self, path):
        parsed = flags_of_code(ast.parse(path.read_text()))
        usage = flags_of_usage(_docstring(path).split("\n")[0])
        assert parsed is None or parsed == usage

    def test_every_option_is_explained(self, path):
        usage, _, text = _docstring(path).partition("\n")
        assert flags_explained(text) == flags_of_usage(usage)
        assert words_of_usage(usage) <= set(re.findall(r"^-([a-z]+) ", text, re.MULTILINE))

    def test_main_is_last(self, path):
        last = ast.parse(path.read_text()).body[-1]
        assert getattr(last, "name", "") == "__main__"

    def test_cases(self, path):
        own = [item for item in ITEMS if item.group == path.stem]
        assert len(own) >= FEWEST_CASES

    def test_an_error_case(self, path):
        own = [i for i in ITEMS if i.group == path.stem and isinstance(i, casefile.Check)]
        assert any(check.status for check in own)


def test_commands_are_there():
    assert len(COMMANDS) >= 30


@pytest.mark.parametrize(
    ("usage", "flags"),
    [
        ("head [-n LINES] [FILE...]", "n"),
        ("ls [-hasknd1l] [P...]", "hasknd1l"),
        ("find PART [-r] [DIR]", "r"),
        ("find PART [-r] [DIR] | find [-name P] [-x]", "rx"),
        ("cp SRC... DST", ""),
        ("mkfs my-dir", ""),
        ("export V VALUE [-s|-i|-f|-b]", "sifb"),
    ],
)
def test_flags_of_usage(usage, flags):
    assert flags_of_usage(usage) == set(flags)


def test_flags_explained():
    text = "-a  all\n-s, -i  kinds\nnot -x this\n-n N  number\n"
    assert flags_explained(text) == {"a", "s", "i", "n"}


def test_flags_of_code():
    assert flags_of_code(ast.parse("command.options(args, 'ab', valued='n')")) == {"a", "b", "n"}
    assert flags_of_code(ast.parse("f(args)")) is None

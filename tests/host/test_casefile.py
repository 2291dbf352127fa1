# SPDX-License-Identifier: MIT
"""The reader of case files is strict, and no case is left out silently."""

import re
import tomllib

import casefile
import pytest

CHECK = '[[check]]\nid = "x-1"\ncmd = "pwd"\n'
CASE = '[[case]]\nid = "x-1"\ntitle = "t"\ninput = ["pwd"]\nexpect = ["/"]\n'


def _load(tmp_path, text, name="topic.toml"):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return casefile.load_file(path, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CHECK + 'color = "red"\n', "x-1: unknown key 'color'"),
        (CASE + "status = 1\n", "x-1: unknown key 'status'"),
        ('title = "t"\n' + CHECK, "topic: unknown key 'title'"),
        ('[[check]]\ncmd = "pwd"\n', "'id' is missing"),
        ('[[case]]\nid = "x-1"\ninput = []\nexpect = ["a"]\n', "'title' is missing"),
        (CHECK + 'status = "1"\n', "x-1: status: int is wanted"),
        (CHECK + "usage = 1\n", "x-1: usage: bool is wanted"),
        (CHECK + "has = [1]\n", "x-1: has: a list of texts is wanted"),
        (CHECK + "then = { pwd = 1 }\n", "x-1: then: a table of texts is wanted"),
        (CHECK + 'out = "a"\nhas = "b"\n', "'out' and 'has' exclude each other"),
        (CHECK + 'doc = "Z"\n', "doc is one of R, C, X"),
        (CHECK + 'needs = ["moon"]\n', "unknown need 'moon'"),
        (CHECK + 'uses = ["emacs"]\n', "'emacs' is no command"),
        ('uses = ["emacs"]\n' + CHECK, "'emacs' is no command"),
        ('[[case]]\nid = "x"\ntitle = "t"\ninput = ["pwd"]\n', "it cannot fail"),
        ("[[check]\n", "topic: "),
    ],
)
def test_refused(tmp_path, text, message):
    with pytest.raises(casefile.CaseError) as error:
        _load(tmp_path, text)
    assert message in str(error.value)


def test_check_values(tmp_path):
    [check] = _load(tmp_path, '[files]\n"/a" = "1"\n' + CHECK + 'err = "pwd: "\n', "pwd.toml")
    assert (check.cmd, check.err, check.status) == ("pwd", ("pwd: ",), 0)
    assert (check.uses, check.files, check.group) == (("pwd",), {"/a": "1"}, "pwd")


def test_usage_means_status_2(tmp_path):
    [check] = _load(tmp_path, CHECK + "usage = true\n")
    assert check.status == 2


def test_no_checks_below(tmp_path):
    with pytest.raises(casefile.CaseError, match="checks stand in files directly"):
        _load(tmp_path, CHECK, "spec/topic.toml")


def test_id_used_twice(tmp_path):
    (tmp_path / "a.toml").write_text(CASE)
    (tmp_path / "b.toml").write_text(CHECK)
    with pytest.raises(casefile.CaseError, match="id 'x-1' is used in a"):
        casefile.load_all(tmp_path)


def test_collected_only_with_its_commands(tmp_path, monkeypatch):
    monkeypatch.setattr(casefile, "TARGETS", {"UNIX": {"threads"}})
    items = _load(tmp_path, CASE + 'uses = ["seq", "tail"]\nneeds = ["wifi", "threads"]\n')
    assert casefile.missing(items[0], {"seq"}) == ["tail", "needs wifi"]
    assert casefile.for_target(items, "UNIX", {"seq", "tail"}) == []


def test_needs_per_target(tmp_path):
    items = _load(tmp_path, CASE + 'needs = ["flash", "threads"]\n')
    assert casefile.for_target(items, "UNIX", set()) == []
    assert casefile.for_target(items, "RPI_PICO", set()) == items


def test_commands_of_contract():
    names = casefile.commands_of_contract()
    assert len(names) == 123
    assert {"ls", "incr", "decr", "rmmod", "uhttpd", "man", "mi"} <= names


def test_commands_of_tree(tmp_path):
    (tmp_path / "modules/upyos/bin/files").mkdir(parents=True)
    (tmp_path / "modules/upyos/bin/files/ls.py").touch()
    (tmp_path / "modules/upyos/bin/files/_table.py").touch()
    (tmp_path / "modules/upyos/lookup.py").write_text('BUILTIN_NAMES = " cd set "\n')
    assert casefile.commands_of_tree(tmp_path) == {"ls", "cd", "set"}


def test_acceptance_cases_are_all_there():
    assert len([i for i in casefile.load_all() if i.group.startswith("spec/")]) == 90


def test_pending_is_exact():
    present = casefile.commands_of_tree()
    lacking = {i.id: casefile.missing(i, present) for i in casefile.load_all()}
    listed = tomllib.loads((casefile.CASES / "pending.toml").read_text())
    assert {name: lack for name, lack in lacking.items() if lack} == listed


def test_no_check_accepts_any_output():
    """A pattern that matches nothing at all, or anything, holds nothing."""
    checks = [item for item in casefile.load_all() if isinstance(item, casefile.Check)]
    patterns = {check.id: check.match for check in checks if check.match is not None}
    assert len(patterns) > 30
    loose = ("", "\n", "Traceback (most recent call last):")
    assert [name for name, p in patterns.items() if any(re.fullmatch(p, o) for o in loose)] == []

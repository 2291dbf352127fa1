# SPDX-License-Identifier: MIT
"""The command line: errors are one line with advice, statuses are those that are promised."""

import errno
import importlib.machinery
import os
import subprocess
import sys
import types
import zipfile

import fabricated
import pytest
import rich_click as click
from casefile import TREE
from upyfw import cli
from upyfw.base import paths
from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.paths import build_dir, cache_dir

READ_ONLY = "  make it writable; another cache: export UPYFW_CACHE=/some/folder"


@pytest.fixture
def ending(monkeypatch):
    """Run the tool with a sub-command that ends by raising an exception, or returns."""

    def run(error: BaseException | None) -> int:
        @click.command()
        def command() -> None:
            if error:
                raise error

        module = types.ModuleType("upyfw.commands.cmd_ending")
        module.command = command
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(cli, "command_names", lambda: ["ending", "ended"])
        return cli.run(["ending"])

    return run


def test_success(ending):
    assert ending(None) == 0


@pytest.mark.parametrize(
    ("error", "status", "lines"),
    [
        (UpyfwError("a: b", "do c"), 1, ["upyfw: a: b", "  do c"]),
        (UpyfwError("a: b"), 1, ["upyfw: a: b"]),
        (UpyfwError("a\nb", "c"), 1, ["upyfw: a", "upyfw: b", "  c"]),
        (BadInput("a", "c"), 2, ["upyfw: a", "  c"]),
        (KeyboardInterrupt(), 130, ["upyfw: interrupted"]),
        (
            OSError(errno.ENOSPC, "No space left", "/f"),
            1,
            ["upyfw: /f: No space left", "  make room on that disk, then run it again"],
        ),
        (
            # a write through an open file names none
            OSError(errno.ENOSPC, "No space left"),
            1,
            [
                "upyfw: No space left",
                f"  make room for {build_dir()} and {cache_dir()}, then run it again",
            ],
        ),
        (OSError(errno.EROFS, "Read-only", "/f"), 1, ["upyfw: /f: Read-only", READ_ONLY]),
        (OSError("odd"), 1, ["upyfw: odd"]),
    ],
)
def test_errors(ending, capsys, error, status, lines):
    assert ending(error) == status
    captured = capsys.readouterr()
    assert (captured.out, captured.err.strip("\n").splitlines()) == ("", lines)


def test_a_fault_of_the_tool_itself_is_not_hidden(ending):
    with pytest.raises(ZeroDivisionError):
        ending(ZeroDivisionError())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fecth"], "fecth: no such command"),
        (["fetch", "--colour"], "No such option"),
        (["fetch", "spare"], "unexpected extra argument"),
        (["fetch", "--port"], "requires an argument"),
        (["test", "no/such/test.py"], "does not exist"),
    ],
)
def test_wrong_usage(capsys, words, message):
    assert cli.run(words) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("upyfw: ") and message in err[0]
    assert err[1].startswith("  ")
    assert len(err) == 2


def test_the_nearest_command_is_offered(capsys):
    cli.run(["doktor"])
    assert "did you mean: doctor" in capsys.readouterr().err


def test_no_command(capsys):
    assert cli.run([]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "upyfw: no command",
        "  ./upyfw --help lists them",
    ]


def test_help_names_every_command(capsys):
    assert cli.run(["--help"]) == 0
    out = capsys.readouterr().out
    paths = list((TREE / "scripts/upyfw/commands").glob("cmd_*.py"))
    assert len(paths) > 10
    for path in paths:
        assert path.stem.removeprefix("cmd_") in out


@pytest.mark.parametrize("name", cli.command_names())
def test_every_command_has_help(capsys, name):
    assert cli.run([name, "--help"]) == 0
    assert name in capsys.readouterr().out


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"UPYFW_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/upyfw"),
        ({"HOME": "/c"}, "/c/.cache/upyfw"),
    ],
)
def test_the_cache(monkeypatch, env, wanted):
    for name in ("UPYFW_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert str(paths.cache_dir()) == wanted


def test_clean_removes_what_was_built(checkout):
    checkout.pin((TREE / "ports" / "upstream.toml").read_text())
    (checkout.tree / "build" / "X").mkdir(parents=True)
    checkout.downloads.mkdir(parents=True)
    status, out, _ = checkout.run("clean")
    assert (status, out) == (0, f"removed {checkout.tree}/build\n")
    assert checkout.downloads.exists()
    assert checkout.run("clean", "--cache")[0] == 0
    assert not checkout.downloads.exists()


# ---- the launcher ----------------------------------------------------------------------------


class Launcher:
    """A copy of ./upyfw with pins of its own, and no package index."""

    def __init__(self, folder) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "upyfw").write_bytes((TREE / "upyfw").read_bytes())
        (folder / "scripts" / "upyfw").mkdir(parents=True)
        (folder / "scripts" / "upyfw" / "__main__.py").write_text(
            "import sys\nprint('started', *sys.argv[1:])\n"
        )
        self.pin("lamp==1.0")

    def pin(self, *requirements: str) -> None:
        names = ", ".join(f'"{name}"' for name in requirements)
        (self.folder / "pyproject.toml").write_text(f"[project]\ndependencies = [{names}]\n")

    def run(self, *words: str, **more: str) -> tuple[int, str, list[str]]:
        command = [sys.executable, str(self.folder / "upyfw"), *words]
        env = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
        env = {**env, "PIP_FIND_LINKS": str(self.folder.parent), **more}
        result = subprocess.run(
            command, capture_output=True, text=True, env=env, timeout=fabricated.LIMIT_S
        )
        return result.returncode, result.stdout, result.stderr.splitlines()


@pytest.fixture
def launcher(tmp_path) -> Launcher:
    wheel(tmp_path, "lamp")
    return Launcher(tmp_path / "tree")


def wheel(folder, name: str) -> None:
    """Write an empty package that pip can install."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def is_ready(launcher: Launcher) -> bool:
    """Ask the launcher itself whether it would start without setting up."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(launcher.folder / "upyfw"))
    module = types.ModuleType(loader.name)
    module.__file__ = loader.path
    loader.exec_module(module)
    return module.is_ready(module.wanted_stamp(module.pins()))


def test_the_launcher_trusts_only_a_whole_environment(launcher):
    launcher.pin("no-such-package==1.0")
    status, out, lines = launcher.run()
    assert (status, out) == (1, "")
    assert "setting up .venv" in lines[0]
    assert "could not be installed" in lines[1] and "no-such-package" in lines[1]
    assert lines[2].startswith("  ")
    assert (launcher.folder / ".venv" / "bin" / "python").exists()
    assert not is_ready(launcher)
    launcher.pin("lamp==1.0")
    assert launcher.run("a", "b")[:2] == (0, "started a b\n")
    assert list((launcher.folder / ".venv").rglob("lamp.py"))
    assert launcher.run("c") == (0, "started c\n", [])
    assert is_ready(launcher)
    launcher.pin("bulb==1.0")
    assert not is_ready(launcher)
    launcher.pin("lamp==1.0")
    assert is_ready(launcher)
    # Its scripts hold the old place.
    launcher.folder = launcher.folder.rename(launcher.folder.with_name("moved"))
    assert not is_ready(launcher)


def test_damaged_pins(launcher):
    (launcher.folder / "pyproject.toml").write_text("[project")
    status, _, lines = launcher.run()
    assert (status, len(lines)) == (1, 2)
    assert lines[0].startswith("upyfw: pyproject.toml: ")

# SPDX-License-Identifier: MIT
"""upyfw test: set everything up, check the style, run every test."""

import os
import subprocess
import sys

import rich_click as click

from upyfw.base.errors import FAILED
from upyfw.base.paths import REPO
from upyfw.base.progress import say
from upyfw.board import boards
from upyfw.build import firmware
from upyfw.source import sources, tools
from upyfw.targets import node_modules

WORKERS = 2
# Boards up to this tier are built before, so that no test waits for a compiler: 1 are those that
# device tests run on, 2 those whose files are looked at.
_BUILT_TIER = 2
# Other firmware that device tests run: board, profile, heap.
_FURTHER = (("UNIX", "tiny"), ("RPI_PICO", "tiny", "36KiB"))
_BRIEF = ("--output-format", "concise")


def _set_up() -> None:
    """Bring tools, sources, Node packages and firmware up to date."""
    # git: the tests of sources make repositories.
    tools.require("git", *(tool.name for tool in tools.TOOLS.values() if tool.needed))
    sources.prepare_micropython()
    node_modules.prepare()
    for board in map(boards.load, boards.names()):
        if board.tier <= _BUILT_TIER:
            say(f"building {board.name}")
            firmware.build(board.name)
    for build in _FURTHER:
        say("building " + " ".join(build))
        firmware.build(*build)


def _run(*command: str) -> int:
    """Run one checker with its output straight to the user; return its status."""
    return subprocess.run(command, cwd=REPO, stdin=subprocess.DEVNULL).returncode


def _style() -> bool:
    """Check lint and format of all Python; returns whether both are clean."""
    say("checking the style")
    python = sys.executable
    lint = _run(python, "-m", "ruff", "check", "--quiet", *_BRIEF, ".")
    layout = _run(python, "-m", "ruff", "format", "--check", "--quiet", *_BRIEF, ".")
    if lint or layout:
        say("the style check failed: ruff check --fix, ruff format")
    return not lint and not layout


def _pytest_command(full: bool, expression: str | None, paths: tuple[str, ...]) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-n", str(WORKERS), "--dist", "worksteal"]
    command += ["--full"] if full else []
    command += ["-k", expression] if expression else []
    return command + [os.path.abspath(path) for path in paths]


@click.command()
@click.option("--full", is_flag=True, help="Every power cut and long random sessions too.")
@click.option("-k", "expression", metavar="EXPR", help="Only tests that match, as in pytest.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.pass_context
def command(
    context: click.Context, full: bool, expression: str | None, paths: tuple[str, ...]
) -> None:
    """Set everything up and run all tests, or those in PATHS. The closing line is pytest's."""
    _set_up()
    is_clean = _style()
    status = _run(*_pytest_command(full, expression, paths))
    if status or not is_clean:
        context.exit(status or FAILED)

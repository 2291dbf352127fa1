# SPDX-License-Identifier: MIT
"""upyfw clean: remove what was built."""

import shutil
from pathlib import Path

import rich_click as click

from upyfw.base.paths import REPO, build_dir
from upyfw.source import sources

_RUBBISH = (".pytest_cache", ".ruff_cache", ".hypothesis")


def _remove(folder: Path) -> None:
    """Remove a folder and say so; one that is not there is no fault."""
    if folder.exists():
        shutil.rmtree(folder)
        print(f"removed {folder}")


@click.command()
@click.option("--cache", is_flag=True, help="Remove fetched sources too; other trees share them.")
@click.option("--venv", is_flag=True, help="Remove .venv too; the next start makes it again.")
def command(cache: bool, venv: bool) -> None:
    """Remove build/ and what test tools left."""
    _remove(build_dir())
    for name in _RUBBISH:
        _remove(REPO / name)
    if cache:
        print(f"removed fetched sources in {sources.remove_cache()}")
    if venv:
        _remove(REPO / ".venv")

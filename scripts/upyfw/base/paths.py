# SPDX-License-Identifier: MIT
"""Where things are on the host: the repository, the build folder, the cache."""

import os
from pathlib import Path

from upyfw.base.errors import UpyfwError

REPO = Path(__file__).resolve().parents[3]


def build_dir() -> Path:
    """Return the folder of everything built in this tree; it may not exist yet."""
    return REPO / "build"


def cache_dir() -> Path:
    """Return the cache of all trees: $UPYFW_CACHE, $XDG_CACHE_HOME/upyfw or ~/.cache/upyfw."""
    if own := os.environ.get("UPYFW_CACHE"):
        return Path(own).absolute()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared).absolute() / "upyfw"
    try:
        return Path.home() / ".cache" / "upyfw"
    except RuntimeError:
        raise UpyfwError(
            "cache: no home folder", hint="name a folder for it: export UPYFW_CACHE=/some/folder"
        ) from None


def make_dir(folder: Path) -> Path:
    """Create a folder with its parents and return it.

    Raises UpyfwError when it cannot be made (read-only place, a file in the way, disk full).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UpyfwError(
            f"{folder}: {error.strerror}",
            hint="make the place writable, or name another one: export UPYFW_CACHE=/some/folder",
        ) from error
    if not os.access(folder, os.W_OK):
        raise UpyfwError(
            f"{folder}: not writable",
            hint="make it writable, or name another cache: export UPYFW_CACHE=/some/folder",
        )
    return folder

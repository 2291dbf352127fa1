# SPDX-License-Identifier: MIT
"""The one time that goes into what is built (reproducible-builds.org, SOURCE_DATE_EPOCH)."""

import functools
import os
import subprocess

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO

_DAY_SECONDS = 86400
# 2026-01-01, for a tree without git that sets no SOURCE_DATE_EPOCH
_FALLBACK_SECONDS = 1767225600


def seconds() -> int:
    """Return seconds since 1970: SOURCE_DATE_EPOCH, or the day of the last commit.

    A day, not a second, so that a commit alone rebuilds nothing. Raises UpyfwError (status 2)
    for a SOURCE_DATE_EPOCH that is no number.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return _commit_day()
    if not given.isdecimal():
        raise UpyfwError(
            f"SOURCE_DATE_EPOCH: {given!r} is not a number of seconds since 1970",
            hint="correct it, or take it out of the environment",
            status=2,
        )
    return int(given)


@functools.cache
def _commit_day() -> int:
    command = ["git", "-C", str(REPO), "log", "-1", "--format=%ct"]
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return _FALLBACK_SECONDS
    return int(text) // _DAY_SECONDS * _DAY_SECONDS

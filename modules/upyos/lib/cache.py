# SPDX-License-Identifier: MIT
"""Answers about files, kept for a moment while `sdata.cache_enabled` (behaviour contract 12).

They are dropped together: a second after the first of them, or as soon as anything was written to
any file system, whoever wrote. Loaded only while the cache is on; what is kept is in `state.kept`.
"""

import os
import time

import _upyos
from micropython import const
from upyos import state

_MOST_MS = const(1000)
# One for each file asked about, and for each entry of a directory.
_MOST_ANSWERS = const(64)
# Parts of state.kept: since which change of the files, since when, answers, {key: answer}.
_CHANGE = const(0)
_SINCE_MS = const(1)
_COUNT = const(2)
_ANSWERS = const(3)


def stat(path):
    """Return os.stat of a path. Raises OSError."""
    return _answer("", path, os.stat)


def entries(folder):
    """Return the entries of a directory as _upyos.entries does; not to be changed but sorted."""
    return _answer("*", folder, _upyos.entries)


def _answer(kind, path, ask):
    """Return ask(path), or what it gave before: a tuple, a list, or the errno of its OSError."""
    key = kind + (path if path[:1] == "/" else os.getcwd() + "/" + path)
    # before the question: what is written meanwhile, by a job, makes the answer an old one
    kept = _current()
    answer = kept[_ANSWERS].get(key)
    if answer is None:
        try:
            answer = ask(path)
        except OSError as e:
            answer = e.errno
        count = kept[_COUNT] + (len(answer) if type(answer) is list and answer else 1)
        if count <= _MOST_ANSWERS:
            kept[_COUNT] = count
            kept[_ANSWERS][key] = answer
    if type(answer) is int:
        raise OSError(answer)
    return answer


def _current():
    """Return what is kept and still true; nothing, to begin with."""
    kept = state.kept
    change = _upyos.changes()
    now = time.ticks_ms()
    if (
        kept is None
        or kept[_CHANGE] != change
        or not 0 <= time.ticks_diff(now, kept[_SINCE_MS]) < _MOST_MS
    ):
        kept = state.kept = [change, now, 0, {}]
    return kept

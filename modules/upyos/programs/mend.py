# SPDX-License-Identifier: MIT
"""Put right what a program left of the system's data, after _upyos.mend() did so for Python."""

import os
import sys

import sdata
from micropython import const
from upyos import console, state

# As at the start.
_PATH = const((".frozen", "/lib", "/libx", "/local/lib", ""))
# Attributes of sdata that a program may have deleted.
_DATA = (("debug", False), ("log", False), ("d0", None), ("cache_enabled", False))
_IDENTITY = const(("name", "version", "sid", "initime"))
_SECTIONS = (("env", dict), ("alias", dict), ("auth", dict), ("pfiles", list), ("board", str))


def check():
    """Mend data, paths and the loop."""
    if tuple(sys.path[: len(_PATH)]) != _PATH:
        sys.path[:] = _PATH
    _mend_data()
    return_to(state.cwd)
    if state.loop:
        state.loop.clear()


def _mend_data():
    for name, value in _DATA:
        if not hasattr(sdata, name):
            setattr(sdata, name, value)
    for name in _IDENTITY:
        if not hasattr(sdata, name):
            from upyos.settings import identity

            identity.fill()
    if not _is_whole(getattr(sdata, "sysconfig", None)):
        _load_config()


def _is_whole(conf):
    """Tell whether the parts of the configuration that commands need are there."""
    if type(conf) is not dict:
        return False
    for name, kind in _SECTIONS:
        if type(conf.get(name)) is not kind:
            return False
    return True


def _load_config():
    from upyos.settings import config

    try:
        config.load(config.PATH)
    except (OSError, ValueError):
        config.use_defaults()
    console.error("sdata.sysconfig was damaged: loaded again")


def return_to(directory):
    """Make it the current directory again: only cd changes that."""
    try:
        if os.getcwd() != directory:
            os.chdir(directory)
    except OSError:
        # It is gone: the one where the program stopped is as good as any.
        state.cwd = os.getcwd()

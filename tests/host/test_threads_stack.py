# SPDX-License-Identifier: MIT
"""The C stack that a job in a thread gets, by port: upyos.jobs.threads on CPython."""

import importlib
import sys
import types

import device_fakes
import pytest


class Seen(list):
    """What was asked of _thread and _upyos."""

    def call(self, name: str):
        return lambda *args: self.append((name, *args))


@pytest.fixture
def threads(monkeypatch):
    """upyos.jobs.threads and what it asked for; its port is sys.platform."""
    seen = Seen()
    with device_fakes.device():
        fake = types.ModuleType("_thread")
        fake.stack_size = seen.call("stack_size")
        fake.start_new_thread = lambda function, args: function(*args)
        fake.get_ident = lambda: 1
        monkeypatch.setitem(sys.modules, "_thread", fake)
        sys.modules["_upyos"].headroom = seen.call("headroom")
        sys.modules["_upyos"].step = lambda function: function()
        for name in (
            "state",
            "jobs.job",
            "jobs.loop",
            "jobs.turns",
            "jobs.output",
            "programs.failure",
        ):
            _enter("upyos." + name)
        lines = types.SimpleNamespace(show=lambda: None)
        sys.modules["upyos.jobs.output"].Lines = lambda: lines
        turn = types.SimpleNamespace(jobs=0, take=lambda: None, give=lambda: None)
        sys.modules["upyos.state"].turn = turn
        yield device_fakes.load("jobs.threads"), seen


def _enter(name: str) -> None:
    """Enter a module of which every function returns 0, and its package."""
    module = types.ModuleType(name)
    module.__getattr__ = lambda _: lambda *args: 0
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    setattr(importlib.import_module(parent), last, module)


@pytest.mark.parametrize(
    ("platform", "asked"),
    [
        ("rp2", [("stack_size", 8192)]),
        # its default is 5 KiB, of which a script would not run; littlefs needs what is set aside
        ("esp32", [("stack_size", 10240), ("headroom", 2048, True)]),
        ("linux", []),
    ],
)
def test_a_job_gets_the_stack_that_a_script_needs(threads, monkeypatch, platform, asked):
    module, seen = threads
    monkeypatch.setattr(sys, "platform", platform)
    proc = types.SimpleNamespace(tid=0, args=[])
    streams = types.SimpleNamespace(target=None)
    module.start(proc, streams, None, lambda: None)
    assert seen == asked

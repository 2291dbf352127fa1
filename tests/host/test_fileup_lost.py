# SPDX-License-Identifier: MIT
"""What fileup says of input that a UART dropped: the command on CPython."""

import sys
import types

import device_fakes
import pytest


@pytest.fixture
def fileup():
    """The command, and what it is told of its input; no file is written."""
    told = types.SimpleNamespace(lost=[False], redirected=False, failed=[])
    with device_fakes.device():
        sys.modules["_upyos"].lost = lambda: told.lost.pop(0)
        command = types.ModuleType("upyos.lib.command")
        command.options = lambda args, _letters: ({}, args)
        command.operands = lambda *_: None
        command.fail = lambda name, why: told.failed.append((name, why)) or 1
        source = types.SimpleNamespace(skip=lambda: None)
        streams = types.ModuleType("upyos.lib.streams")
        streams.standard_input = lambda: source
        streams.redirected = lambda: told.redirected
        files = types.ModuleType("upyos.lib.files")
        files.fill = lambda name, source: None
        for module in (command, streams, files):
            sys.modules[module.__name__] = module
            setattr(sys.modules["upyos.lib"], module.__name__.rpartition(".")[2], module)
        yield device_fakes.load("bin.files.fileup"), told


# what was lost before the command began is not its own
@pytest.mark.parametrize(("lost", "status"), [([True, False], 0), ([False, True], 1)])
def test_lost_input_is_said(fileup, lost, status):
    command, told = fileup
    told.lost = lost
    assert command.__main__(["/tmp/x"]) == status
    assert len(told.failed) == status
    assert all("input was lost" in why for _, why in told.failed)


def test_a_pipe_loses_nothing(fileup):
    command, told = fileup
    told.lost, told.redirected = [False, True], True
    assert command.__main__(["/tmp/x"]) == 0

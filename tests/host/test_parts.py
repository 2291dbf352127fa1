# SPDX-License-Identifier: MIT
"""What copies that a power cut ended leave, on this machine."""

import os
import sys
import types

from device_fakes import device, load


def test_a_leftover_that_another_copy_removes_is_no_error(tmp_path, monkeypatch):
    with device():
        files = load("lib.files")
        monkeypatch.setitem(sys.modules, "vfs", types.SimpleNamespace(mount=list))
        monkeypatch.setattr(files.process, "find", lambda _pid: None, raising=False)
        monkeypatch.setattr(files.process, "current", lambda: None, raising=False)
        monkeypatch.setattr(files.paths, "is_dir", lambda _path: False, raising=False)
        split = lambda _path: (str(tmp_path), "x")  # noqa: E731
        monkeypatch.setattr(files.paths, "split", split, raising=False)
        monkeypatch.setattr(files.paths, "join", os.path.join, raising=False)
        monkeypatch.setattr(os, "ilistdir", lambda _folder: [(".part7",)], raising=False)
        assert files.part_of("/x") == str(tmp_path / ".part0")

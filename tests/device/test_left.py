# SPDX-License-Identifier: MIT
"""`upyfw sync` and `ota push` that are ended while a board takes what they send."""

import hashlib
import os
import re
import signal
import subprocess
import sys

import pytest
import upgrade_boards as up
from casefile import TREE
from machines import image
from network import LIMIT_S
from upyfw.image import signing
from upyfw.release import updates
from upyfw.targets.pty_bridge import PtyBridge

# more than is sent before the signal comes
DATA = bytes(range(256)) * 4096


def _site(folder):
    """A site with one file."""
    record = f"/opt/large,{len(DATA)},{hashlib.sha256(DATA).hexdigest()},"
    text = f"#upyOS,9.0.0,2030-01-01\n{record}\n#files,1\n".encode()
    signature = signing.sign(up.key(), updates.digest_to_sign(text, "list"))
    (folder / "opt").mkdir()
    (folder / "opt/large").write_bytes(DATA)
    (folder / "etc").mkdir()
    (folder / updates.LIST).write_bytes(updates.with_signature(text, "l", up.key(), signature))


CALLS = {
    "sync": lambda port, folder: ("sync", port, str(folder), "--to", "/tmp"),
    "push": lambda port, folder: ("ota", "push", port, "--site", str(folder)),
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("what", CALLS)
def test_the_board_is_at_its_prompt_at_once(machines, tmp_path, what, number):
    """Nothing waits for blocks that nobody sends; nothing of the file is left."""
    _site(tmp_path)
    files = {"/etc/upgrade.key": signing.key_line(up.key(), "test")}
    flash = image("UNIX", files, size_bytes=4 << 20)
    with machines.at_prompt("UNIX", flash) as session, PtyBridge(session.target) as bridge:
        call = [sys.executable, "-P", "-m", "upyfw", *CALLS[what](bridge.path, tmp_path)]
        env = os.environ | {"PYTHONPATH": str(TREE / "scripts")}
        pipe = subprocess.PIPE
        process = subprocess.Popen(call, env=env, stderr=pipe, stdout=pipe, text=True)
        session.target.read_until(re.compile(rb"@50\r\n"), LIMIT_S)
        process.send_signal(number)
        told = process.communicate(timeout=LIMIT_S)[1]
        assert process.returncode == (130 if number == signal.SIGINT else 143)
        assert "Traceback" not in told
        assert ": ended\n" in session.wait_prompt(LIMIT_S / 2)
        assert session.run("ls -a1 /var | grep -v history") == ""
        assert "not found" not in session.text

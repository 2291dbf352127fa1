# SPDX-License-Identifier: MIT
"""The user's screen on the UNIX target."""

import time

import machines
from upyfw.targets.unix import Unix

LIMIT_S = 60


def test_what_was_printed_before_the_screen_is_there_is_shown(tmp_path):
    flash = tmp_path / "flash.bin"
    flash.write_bytes(machines.image("UNIX", {}))
    shown = []
    with Unix(machines.built("UNIX"), flash) as target:
        end = time.monotonic() + LIMIT_S
        while not target.output.endswith(b"/ $: "):
            assert time.monotonic() < end
            time.sleep(0.01)
        target.stream(shown.append)
        assert b"".join(shown).endswith(b"/ $: ")

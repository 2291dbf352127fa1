# SPDX-License-Identifier: MIT
"""Random keys: the file that vi writes is the one that a simple model of vi writes."""

import random

import machines as at
import pytest
import vi_model
from casefile import TARGETS
from upyfw.image import fsimage

SHORT_SESSIONS = 6
LONG_SESSIONS = 120
COMMANDS = 150
# between ESC and what follows: ESC O would be the beginning of a special key
ABOUT = "\x07"


def _keys(commands: list[str]) -> str:
    return "".join(c + (ABOUT if c.endswith(vi_model.ESC) else "") for c in commands)


@pytest.mark.parametrize("target", TARGETS)
def test_random_keys(machines, full, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        for seed in range(LONG_SESSIONS if full else SHORT_SESSIONS):
            rng = random.Random(seed)
            commands = [vi_model.command(rng) for _ in range(COMMANDS)]
            model = vi_model.Model("")
            for command in commands:
                model.press(command)
            session.run(f"vi /tmp/{seed}\r{_keys(commands)}:wq")
            files = fsimage.read(at.board(target), at.file_system(session, target))
            assert files[f"/tmp/{seed}"].decode() == model.text, (seed, _keys(commands))
            # the flash of a board has not room for all of them
            session.run(f"rm /tmp/{seed}")

# SPDX-License-Identifier: MIT
"""Swaps with slots, images and power cuts drawn at random."""

import random

import boot_simulator as sim
from boot_simulator import SECTOR, Board, Layout

_FEW, _MANY = 400, 10_000
_MOST_SECTORS = 9
_MOST_CUTS = 5


def _layout(draw: random.Random) -> tuple[Layout, int]:
    """Return slots and journal in any order with any gaps, and the size of the flash."""
    sectors = draw.randint(2, _MOST_SECTORS)
    sizes = {"primary": sectors, "secondary": sectors + 1, "journal": 2}
    at, offs = draw.randrange(5), {}
    for name in draw.sample(sorted(sizes), len(sizes)):
        offs[name] = at * SECTOR
        at += sizes[name] + draw.choice((0, 0, 1, 3))
    layout = Layout(offs["primary"], offs["secondary"], sectors * SECTOR, offs["journal"])
    return layout, (at + 1) * SECTOR


def _image(draw: random.Random, layout: Layout) -> bytes:
    return sim.image(draw.randint(400, layout.slot_bytes), draw.randrange(1 << 30))


def _cut_runs(draw: random.Random, board: Board, what: int) -> None:
    """Run a function with the power going away a few times, each time anywhere."""
    for _ in range(draw.randrange(_MOST_CUTS + 1)):
        answer = board.run(what, draw.randrange(1, 200), draw.random() < 0.5)
        assert answer != sim.OUTSIDE
        what = sim.DECIDE


def _one(library: sim.Library, seed: int) -> None:
    draw = random.Random(seed)
    layout, flash_bytes = _layout(draw)
    board = Board(library, layout, flash_bytes, seed + 1)
    old, new = _image(draw, layout), _image(draw, layout)
    board.flash_firmware(old)
    board.download(new)
    for _ in range(draw.randint(1, 3)):
        what = draw.choice((sim.REQUEST_TEST, sim.REQUEST_PERM, sim.CONFIRM, sim.REVERT))
        _cut_runs(draw, board, what)
        if draw.random() < 0.5:
            board.run(what)
        assert board.run() in (sim.START, sim.TRIAL), seed
        assert board.runs(old) or board.runs(new), seed
        assert board.is_unharmed(), seed
    # a start with nothing asked for changes nothing any more
    board.run()
    before = bytes(board.flash)
    assert board.run() == sim.START, seed
    assert bytes(board.flash) == before, seed


def test_random_layouts_images_and_cuts(library, full):
    """Whatever is asked and cut: old or new runs, and nothing beside the slots has changed."""
    count = _MANY if full else _FEW
    for seed in range(count):
        _one(library, seed)
    print(f"{count} layouts and sequences")

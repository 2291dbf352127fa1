# SPDX-License-Identifier: MIT
"""Random numbers: the emulated oscillator always gives the same bits, so more must be in them."""

import re

import pytest
from machines import image

TARGET = "RPI_PICO"
LINE = "< __import__('os').urandom(16).hex()"


def drawn(machines, wait_s: float) -> list[str]:
    """Two numbers of a board that has been at its prompt for so long."""
    with machines.at_prompt(TARGET, image(TARGET, {})) as session:
        session.target.advance(wait_s)
        return [session.run(LINE) for _ in range(2)]


@pytest.fixture(scope="module")
def numbers(machines):
    return drawn(machines, 0.1) + drawn(machines, 0.2)


def test_numbers_are_bytes(numbers):
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)


def test_no_number_comes_again(numbers):
    assert len(set(numbers)) == len(numbers)


def test_bits_are_even(machines):
    with machines.at_prompt(TARGET, image(TARGET, {})) as session:
        ones = session.run("< sum(bin(b).count('1') for b in __import__('os').urandom(1000))")
    # six standard deviations of 8,000 coins
    assert abs(int(ones) - 4000) <= 6 * 45

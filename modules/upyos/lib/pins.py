# SPDX-License-Identifier: MIT
"""What the board description says of pins."""

import sdata


def gpio(pin):
    """Return the GPIO of a module pin, None if there is none."""
    board = sdata.board
    if "gpio" not in board:
        return pin
    for group in board["gpio"]:
        for gpio, number in group.items():
            if number == pin:
                return int(gpio)
    return None


def gpios(kind, i):
    """Return {signal: gpio} of controller i of a bus. Raises KeyError, IndexError."""
    return {signal: gpio(pin) for signal, pin in sdata.board[kind][i].items()}

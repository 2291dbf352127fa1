# SPDX-License-Identifier: MIT
"""decr V [N]

Subtract N from the variable V, by default 1.
An absent V counts as 0, text that reads as an int is one.
"""

from upyos.grammar.counting import add


def __main__(args):
    return add(args, -1)

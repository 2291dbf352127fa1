# SPDX-License-Identifier: MIT
"""seq [FIRST [STEP]] LAST

Print the numbers from FIRST (default 1) to LAST in steps of STEP (default 1), one a line. They may
be negative and have decimals; all are printed with as many decimals as FIRST and STEP have.

Source: seq as in common use. Numbers are decimal and exact: no exponents.
"""

from upyos.lib.command import UsageError, operands, options, write_all


def _number(text):
    """Return (digits as an int, how many of them are decimals) of a number."""
    whole, _, fraction = text.partition(".")
    digits = whole.lstrip("+-") + fraction
    if not digits.isdigit() or len(whole) - len(whole.lstrip("+-")) > 1:
        raise UsageError
    return int(whole + fraction), len(fraction)


def _text(value, decimals):
    """Return value / 10**decimals as text."""
    if not decimals:
        return str(value)
    digits = str(abs(value))
    digits = "0" * (decimals + 1 - len(digits)) + digits
    return "%s%s.%s" % ("-" if value < 0 else "", digits[:-decimals], digits[-decimals:])


def _lines(value, step, last, decimals):
    """Yield the lines from value to last; all are given in 1 / 10**decimals."""
    while value <= last if step > 0 else value >= last:
        yield _text(value, decimals) + "\n"
        value += step


def _is_option(word):
    return word[:1] == "-" and not word[1:2].isdigit() and word[1:2] != "."


def __main__(args):
    # other words that begin with - are numbers here
    options([word for word in args if _is_option(word)], "")
    args = [word for word in args if word != "--"]
    operands(args, 1, 3)
    numbers = [_number(text) for text in args]
    if len(numbers) == 1:
        numbers.insert(0, (1, 0))
    if len(numbers) == 2:
        numbers.insert(1, (1, 0))
    most = max([decimals for _, decimals in numbers])
    value, step, last = [digits * 10 ** (most - decimals) for digits, decimals in numbers]
    if step == 0:
        raise UsageError("STEP is 0")
    decimals = max(numbers[0][1], numbers[1][1])
    scale = 10 ** (most - decimals)
    # towards FIRST
    last = last // scale if step > 0 else -(-last // scale)
    write_all(_lines(value // scale, step // scale, last, decimals))

# SPDX-License-Identifier: MIT
"""What every command needs: options, operands, error lines, typed results."""

from micropython import const
from upyos import console, process, state
from upyos.process import UsageError

# So much is put out at once: a call for each line takes longer than making it.
_BATCH_LENGTH = const(1024)

# Ask a question on the console; True for y or Y, False where there is nobody to answer.
ask = console.ask
# Text or bytes to standard output.
write = console.write


def write_all(parts):
    """Write texts, or bytes, that an iterable gives, several at a time, as they come."""
    batch = []
    length = 0
    try:
        for part in parts:
            batch.append(part)
            length += len(part)
            if length >= _BATCH_LENGTH:
                write(part[:0].join(batch))
                batch.clear()
                length = 0
    finally:
        if batch:
            write(batch[0][:0].join(batch))


def options(args, flags, valued="", number=""):
    """Split args into options and operands.

    flags are the letters without a value, valued those with one; a word like -5 is the value of
    the letter number. Returns (dict letter -> True or value, list of operands). Raises UsageError
    for an unknown option, and for --help, with None as its text.
    """
    found = {}
    rest = []
    at = 0
    while at < len(args):
        word = args[at]
        at += 1
        if word[:1] != "-" or word == "-":
            rest.append(word)
        elif word == "--":
            rest += args[at:]
            break
        elif word == "--help" or word == "--h":
            raise UsageError(None)
        elif number and word[1:].isdigit():
            found[number] = word[1:]
        else:
            at += _letters(word, args[at : at + 1], flags, valued, found)
    return found, rest


def _letters(word, following, flags, valued, found):
    """Store the letters of one word; return how many of the following words were its value."""
    for i in range(1, len(word)):
        letter = word[i]
        if letter in flags:
            found[letter] = True
        elif letter not in valued:
            raise UsageError
        elif i + 1 < len(word):
            found[letter] = word[i + 1 :]
            return 0
        elif following:
            found[letter] = following[0]
            return 1
        else:
            raise UsageError
    return 0


def operands(rest, low, high=None):
    """Raise UsageError unless there are low to high operands; high None is any number."""
    if len(rest) < low or high is not None and len(rest) > high:
        raise UsageError


def fail(operand, why):
    """Print `cmd: operand: reason` on the console; why is a text or an exception. Returns 1.

    Raises the exception if it is one of standard output: that is not for this operand to say.
    """
    if not isinstance(why, str):
        if isinstance(why, OSError) and why.args[1:] == ("output",):
            raise why
        from upyos.lib.reasons import reason

        why = reason(why)
    console.error(process.current().cmd + ": " + operand + ": " + why)
    return 1


def number(text):
    """Return text as an int. Raises UsageError."""
    # int() takes blanks and 1_000 too
    if not text.lstrip("+-").isdigit():
        raise UsageError
    try:
        return int(text)
    except ValueError:
        raise UsageError from None


def milliseconds(text):
    """Return a time in seconds, fractions allowed, as ms. Raises UsageError."""
    try:
        found = int(float(text) * 1000)
    except (ValueError, OverflowError):
        raise UsageError from None
    if found < 0 or "_" in text:
        raise UsageError
    return found


def to_variable():
    """Tell whether the result of this command goes into a variable."""
    return in_turn(_to_variable)


def _to_variable():
    return type(state.result) is not bool


def secret(question):
    """Return a line of standard input, which the console does not show. Raises EOFError."""
    if process.current().source is None:
        return console.read_line(question, False)
    return console.input()


def natural(text):
    """Return text as a whole number from 0. Raises UsageError."""
    if not text.isdigit():
        raise UsageError
    return int(text)


def in_turn(call, *args):
    """Call what uses the state of the shell, which jobs in threads share; return the result."""
    return state.turn.inside(call, *args) if state.turn else call(*args)


def result(value, text=None):
    """Hand over the typed result of a command: into a variable, or printed.

    text is printed instead of value if it is given; nothing if it is empty.
    """
    in_turn(_result, value, text)


def _result(value, text):
    kept = state.result
    if type(kept) is not bool:
        kept.value = value
    elif text != "" and not (kept and isinstance(value, bool)):
        print(value if text is None else text)

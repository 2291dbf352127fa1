# SPDX-License-Identifier: MIT
"""Words that say where a script goes on: goto skip return break continue, and labels."""

from micropython import const
from upyos import executor, state
from upyos.lib.codes import _ENTER, _USAGE

# As in block.
_LABEL = const(5)


def note(words):
    """Note that the script goes on elsewhere, by a control word; a label does nothing."""
    frame = state.frame
    word = words[0]
    in_script = frame is not None and frame.path
    if word == ":":
        return 0
    if word[0] == ":":
        if in_script and len(words) == 1:
            return state.status
        executor.report(word + (": more than a label" if in_script else ": only in scripts"))
        return _USAGE
    loop = word == "break" or word == "continue"
    # the session has a frame for its digits too, and nothing there would obey
    in_function = word == "return" and frame is not None and frame.calls
    if frame is None or not (in_script or in_function or loop and frame.blocks):
        executor.report(word + (": not in a loop" if loop else ": only in scripts"))
        return _USAGE
    value = _operand(words)
    if value is None:
        executor.report(word + ": malformed statement")
        return _USAGE
    frame.control = (word, value)
    # break and continue have the operand 0
    return value if loop or word == "return" else state.status


def entered():
    """Return what stands in the frame for a script that is to run first, or None."""
    control = state.frame and state.frame.control
    return control if control and control[0] == _ENTER else None


def _operand(words):
    """Return the operand of a control word, None if it is wrong."""
    word = words[0]
    if word == "break" or word == "continue":
        return 0 if len(words) == 1 else None
    if word == "return" and len(words) == 1:
        return 0
    if len(words) != 2:
        return None
    if word == "goto":
        return words[1].lstrip(":") or None
    return int(words[1]) if words[1].isdigit() else None


def leave(code, frame, source):
    """Obey the control word that the step gave, as far as it stays in the code of a block.

    Returns the next index; the frame's control is left where it leads out.
    """
    word, value = frame.control
    at = code.at
    if word == "break" or word == "continue":
        return _leave_loop(code, at, frame)
    if word == "goto" or word == "skip":
        target = _target(code, at, word, value, code.items[at][1])
        if target is not None:
            frame.control = None
            if _inside(code, at, target):
                return target
            executor.report("%s: %s: into a block" % (word, value))
            state.status = _USAGE
            return at + 1
        if word == "skip" and source is not None:
            frame.control = ("skip", max(0, code.items[at][1] + value - source.line_no))
    return len(code.items)


def _leave_loop(code, at, frame):
    """Return where break or continue goes on, by the innermost loop around the step."""
    best = None
    for block in code.blocks:
        if block[2] and block[0] <= at < block[1] and (best is None or block[0] > best[0]):
            best = block
    word = frame.control[0]
    if best is None:
        return len(code.items)
    frame.control = None
    # The last step of a loop jumps to its start.
    return best[1] if word == "break" else best[1] - 1


def _target(code, at, word, value, line_no):
    """Return the step that goto or skip leads to, or None."""
    for i, item in enumerate(code.items):
        if word == "goto":
            if item[0] == _LABEL and item[2] == value:
                return i
        elif i > at and item[1] > line_no + value:
            return i
    return None


def _inside(code, at, target):
    """Tell whether every block around the target is around the step too."""
    for first, end, _ in code.blocks:
        if first < target < end and not first <= at < end:
            return False
    return True

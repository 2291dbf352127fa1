# SPDX-License-Identifier: MIT
"""Words that say where a script goes on: goto skip return break continue, and labels."""

from upyos import executor, state


def note(words):
    """Note that the script goes on elsewhere, by a control word; a label does nothing."""
    frame = state.frame
    word = words[0]
    in_script = frame is not None and frame.path
    if word[0] == ":":
        if in_script and len(words) == 1:
            return state.status
        executor.report(word + (": more than a label" if in_script else ": only in scripts"))
        return 2
    loop = word == "break" or word == "continue"
    # the session has a frame for its digits too, and nothing there would obey
    if frame is None or not (in_script or loop and frame.blocks):
        executor.report(word + (": not in a loop" if loop else ": only in scripts"))
        return 2
    value = _operand(words)
    if value is None:
        executor.report(word + ": malformed statement")
        return 2
    frame.control = (word, value)
    return value if word == "return" else state.status


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

# SPDX-License-Identifier: MIT
"""Words that are part of the shell and no programs: NAME=value ! [ . : shift local, functions."""

from upyos import executor, lexer, state, variables
from upyos.grammar.expansion import ASSIGNED
from upyos.lib.codes import _ENTER, _INTERRUPTED, _NOT_FOUND, _USAGE


def run(words, stdin, condition, kept, flat):
    """Run what the first word names; return the status, None if it is nothing of these."""
    word = words[0]
    if word == "!":
        if len(words) == 1:
            return 1
        if type(words) is tuple:
            status = executor.block(words[1:], stdin, True, flat)
        else:
            status = executor.dispatch(words[1:], stdin, True, None, flat)
        control = state.frame.control if flat else None
        if control and control[0] == _ENTER:
            control[4] += [(_negated,), None]
            return 0
        return _negated(status)
    if word == "[":
        if words[-1] != "]":
            executor.report("[: ] missing")
            return _USAGE
        return 1
    if word == ".":
        return executor.dispatch(["source"] + words[1:], stdin, condition, kept, flat)
    if word == "shift":
        return _shift(words)
    if word == "local":
        return _local(words[1:])
    if state.functions and word in state.functions:
        return _call(words, stdin, condition, flat)
    if word == "=\n":
        # In front of a value, which assigns nothing.
        if _name(words[1]):
            return executor._other(_NOT_FOUND, "", words[1:])
        return executor.dispatch(words[1:], stdin, condition, kept, flat)
    return _assign(words, stdin, condition, kept, flat)


def _negated(status):
    """Return the status of ! before a command with this one."""
    return status if status == _INTERRUPTED else int(status == 0)


def _shift(words):
    """Drop the first arguments of the script."""
    frame = state.frame
    count = words[1] if len(words) > 1 else "1"
    if frame is None or len(words) > 2 or not count.isdigit() or int(count) > len(frame.args):
        executor.report("shift: %s: not so many arguments" % count)
        return 1
    del frame.args[: int(count)]
    return 0


def _local(words):
    """Have variables back at the end of the function as they are now."""
    import sdata

    frame = state.frame
    if frame is None or not frame.calls:
        executor.report("local: only in functions")
        return _USAGE
    env = sdata.sysconfig["env"]
    for word in words:
        if word == ASSIGNED:
            continue
        name, equals, value = word.partition("=")
        if not lexer.legal(name) or len(name) == 1 and name in "?!#@*0123456789":
            executor.report("local: %s: not a name" % name)
            return 1
        frame.saved.setdefault(name, env.get(name))
        if equals:
            env[name] = value
        else:
            env.pop(name, None)
    return 0


def _call(words, stdin, condition, flat):
    """Call a function."""
    what = (words[0], state.functions[words[0]])
    if condition and state.frame is not None and state.frame.errexit:
        from upyos.grammar import tested

        return tested.run(what, words[1:], stdin, flat)
    if flat:
        state.frame.control = [_ENTER, what, words[1:], stdin, []]
        return 0
    from upyos.grammar import script

    return script.run(what, words[1:], stdin)


def _assign(words, stdin, condition, kept, flat):
    """Set the variables that the first words assign; for a command behind them, for it alone."""
    import sdata

    status = 0
    if words[0] == ASSIGNED:
        status = state.status
        words = words[1:]
    count = 0
    while count < len(words) and _name(words[count]):
        count += 1
    if count == 0:
        return None
    env = sdata.sysconfig["env"]
    before = {}
    for word in words[:count]:
        name, _, value = word.partition("=")
        before.setdefault(name, env.get(name))
        variables.assign(name, value)
    if count == len(words):
        return status
    try:
        return executor.dispatch(words[count:], stdin, condition, kept)
    finally:
        restore(before)


def restore(before):
    """Set variables to what they were: {name: value, None if it was not set}."""
    import sdata

    env = sdata.sysconfig["env"]
    for name, value in before.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value


def _name(word):
    """Return the name that a word assigns to, or ""."""
    name, equals, _ = word.partition("=")
    legal = equals and lexer.legal(name) and not name[0].isdigit()
    return name if legal and name not in "?!#@*" else ""

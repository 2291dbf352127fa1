# SPDX-License-Identifier: MIT
"""Several commands on a line: && || ; | & between them."""

from upyos import executor, state
from upyos.lib.codes import _AMP, _AND, _BLOCK, _INTERRUPTED, _PIPE


def run(program, condition, flat=False, at=0, wanted=True):
    """Run a program of several commands, from the index `at` on; see executor.run."""
    if _AMP in program:
        return _run_jobs(program, condition)
    while at < len(program):
        last = at + 1
        while program[last] == _PIPE:
            last += 2
        op = program[last]
        if wanted:
            negated = program[at][0] == "!"
            tested = condition or op >= _AND or negated
            if negated and last > at + 1:
                status = _negated(program[at:last:2])
            elif last > at + 1:
                from upyos.grammar import pipe

                status = pipe.run(program[at:last:2], tested, flat)
            else:
                status = executor.command(program[at], None, tested, flat)
            state.status = status
            if executor.stops(status, tested):
                _put_off(program, last, condition)
                break
        wanted = _wants(op)
        at = last + 1
    return state.status


def _negated(commands):
    """Run a pipeline with ! in front; return the status."""
    from upyos.grammar import pipe

    commands[0] = commands[0][1:]
    if not commands[0]:
        return 1
    status = pipe.run(commands, True)
    return status if status == _INTERRUPTED else int(status == 0)


def _put_off(program, last, condition):
    """Finish the line afterwards, if another script is to run first."""
    if state.frame and state.frame.control:
        from upyos.grammar import jumps

        if jumps.entered():
            jumps.entered()[4] += [(_go_on, program, last, condition), None]


def _go_on(status, program, last, condition):
    """Finish a line of a script after the script that its command before `last` was."""
    op = program[last]
    state.status = status
    if executor.stops(status, condition or op >= _AND or _tested(program, last)):
        return status
    return run(program, condition, True, last + 1, _wants(op))


def _tested(program, last):
    """Tell whether the command before `last` is a block in which all was tested that failed."""
    command = program[last - 1]
    alone = last < 2 or program[last - 2] != _PIPE
    return alone and command[0] == _BLOCK and not command[1][3]


def _wants(op):
    """Tell whether the command behind an operator is to run."""
    return op < _AND or (state.status == 0) == (op == _AND)


def _run_jobs(program, condition):
    """Run a program with `&` in it: each and-or list that ends with one is a background job."""
    first = 0
    for i in range(1, len(program), 2):
        op = program[i]
        if op > _AMP:
            continue
        if op == _AMP:
            from upyos.grammar import background

            state.status = background.start(program[first:i] + [0])
        else:
            executor.run(program[first : i + 1], condition)
        first = i + 1
        if executor.stops(state.status, True):
            break
    return state.status

# SPDX-License-Identifier: MIT
"""Several commands on a line: && || ; | & between them."""

from upyos import executor, state
from upyos.lib.codes import _AMP, _AND, _PIPE


def run(program, condition):
    """Run a program of several commands; see executor.run."""
    if _AMP in program:
        return _run_jobs(program, condition)
    at = 0
    wanted = True
    while at < len(program):
        last = at + 1
        while program[last] == _PIPE:
            last += 2
        op = program[last]
        if wanted:
            tested = condition or op >= _AND
            if last > at + 1:
                from upyos.grammar import pipe

                status = pipe.run(program[at:last:2], tested)
            else:
                status = executor.command(program[at], None, tested)
            state.status = status
            if executor.stops(status, tested):
                break
        wanted = op < _AND or (state.status == 0) == (op == _AND)
        at = last + 1
    return state.status


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

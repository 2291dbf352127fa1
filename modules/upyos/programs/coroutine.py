# SPDX-License-Identifier: MIT
"""Coroutines of programs in the foreground."""

import asyncio
from asyncio import core

from upyos import state


class Main:
    """The coroutine of a program; or a generator, which nothing would wake after its yield."""

    def __init__(self, coroutine):
        self.coroutine = coroutine

    def send(self, value):
        """Take the first step, in which a generator shows itself; those after it are its own."""
        self.send = self.coroutine.send
        self.throw = self.coroutine.throw
        task = core.cur_task
        task.data = ...
        try:
            result = self.send(value)
            if task.data is ...:
                raise TypeError("yield without await: not a coroutine")
            return result
        finally:
            if task.data is ...:
                task.data = None

    def throw(self, exc):
        return self.coroutine.throw(exc)

    def close(self):
        self.coroutine.close()


def run(coroutine):
    """Run a coroutine in the foreground until it ends; background tasks go on with it."""
    return state.turn.without(_run, coroutine) if state.turn else _run(coroutine)


def _run(coroutine):
    outer = core.cur_task
    try:
        return asyncio.run(Main(coroutine))
    finally:
        # Ctrl-C leaves the loop in the middle: tell the background driver that it is free again.
        core.cur_task = outer
        if outer is None:
            asyncio.new_event_loop()

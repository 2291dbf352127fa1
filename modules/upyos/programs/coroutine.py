# SPDX-License-Identifier: MIT
"""Coroutines of programs in the foreground."""

import asyncio
from asyncio import core

from upyos import state


def run(coroutine):
    """Run a coroutine in the foreground until it ends; background tasks go on with it."""
    return state.turn.without(_run, coroutine) if state.turn else _run(coroutine)


def _run(coroutine):
    outer = core.cur_task
    try:
        return asyncio.run(coroutine)
    finally:
        # Ctrl-C leaves the loop in the middle: tell the background driver that it is free again.
        core.cur_task = outer
        if outer is None:
            asyncio.new_event_loop()

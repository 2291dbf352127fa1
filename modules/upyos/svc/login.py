# SPDX-License-Identifier: MIT
"""Log-ins of all services: slow for who fails, in slices for everybody else.

A failed one costs its peer 1 s, then 2, up to 16 s, whatever service and however many connections
it tries; the third one on a connection is its last (behaviour contract 9).
"""

import asyncio
import time

from micropython import const

from upyos.jobs.connection import Connection
from upyos.jobs.listener import failures
from upyos.settings import auth

_FIRST_MS = const(1000)
_LONGEST_MS = const(16000)
_TRIES = const(3)
# A peer that was quiet for so long begins anew.
_FORGET_MS = const(600_000)
# So many peers are remembered.
_PEERS = const(8)
# Between two slices of a hash, so that a program in the foreground goes on.
_GAP_MS = const(5)
_STEP_MS = const(50)


async def check(connection, user, password):
    """Return True if user and password are right; the connection is known then.

    A wrong one answers late. Returns None after the last try: close the connection.
    """
    peer = connection.peer
    # One at a time: else who tries with many connections would have many tries.
    while Connection.hashing or _left_ms(peer) > 0:
        await asyncio.sleep_ms(_STEP_MS)
    Connection.hashing = True
    try:
        fits = await _hash(user, password)
        if not fits:
            _fail(peer)
    finally:
        Connection.hashing = False
    if fits:
        failures.pop(peer, None)
        connection.known = True
        return True
    connection.failed += 1
    while _left_ms(peer) > 0:
        await asyncio.sleep_ms(_STEP_MS)
    return None if connection.failed >= _TRIES else False


async def _hash(user, password):
    steps = auth.checking(user, password)
    while True:
        try:
            next(steps)
        except StopIteration as exc:
            return exc.value
        await asyncio.sleep_ms(_GAP_MS)


def _left_ms(peer):
    """Return how long a peer has to wait."""
    found = failures.get(peer)
    left_ms = time.ticks_diff(found[1], time.ticks_ms()) if found else 0
    # more: the ticks of a failure long ago have gone round
    return left_ms if left_ms <= _LONGEST_MS else 0


def _fail(peer):
    found = failures.get(peer)
    if found is None:
        if len(failures) >= _PEERS:
            failures.pop(min(failures, key=_left_ms))
        found = failures[peer] = [0, 0]
    elif not 0 <= time.ticks_diff(time.ticks_ms(), found[1]) < _FORGET_MS:
        found[0] = 0
    pause_ms = min(_FIRST_MS << min(found[0], 4), _LONGEST_MS)
    found[0] += 1
    found[1] = time.ticks_add(time.ticks_ms(), pause_ms)

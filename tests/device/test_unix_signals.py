# SPDX-License-Identifier: MIT
"""Signals that a process gets: they end no wait of MicroPython that must not end."""

import signal
import threading

import machines as at

# Has much to find on its stack.
THREAD = """
def deep(n):
    kept = [n, [n]]
    if n:
        return deep(n - 1) + kept[1][0]
    while True:
        kept = [1, 2, 3]


def __main__(args):
    deep(60)
"""
COLLECTS = """
import gc


def __main__(args):
    for n in range(1000):
        kept = [[m] for m in range(50)]
        gc.collect()
        assert kept == [[m] for m in range(50)]
    print("collected")
"""
# Has the system take the signal of its timer.
TASK = """
import asyncio


async def __main__(args):
    await asyncio.sleep(10000)
"""


def _send_until(ended, target):
    while not ended.is_set():
        target.signal(signal.SIGALRM)


def test_a_collection_waits_for_all_threads(machines):
    """One that goes on early marks at the same time as they do, and the process crashes."""
    files = {"/opt/deep.py": THREAD, "/opt/collects.py": COLLECTS, "/opt/task.py": TASK}
    with machines.at_prompt("UNIX", at.image("UNIX", files)) as session:
        session.run("/opt/task &")
        session.run("/opt/deep &")
        ended = threading.Event()
        sender = threading.Thread(target=_send_until, args=(ended, session.target))
        sender.start()
        try:
            assert session.run("/opt/collects").splitlines() == ["collected"]
        finally:
            ended.set()
            sender.join()

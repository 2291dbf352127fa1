# SPDX-License-Identifier: MIT
"""Programs that do their worst, to be started in every way there is."""

import re

from upyfw.targets.base import TargetError

HEAD = """
import asyncio, gc, io, micropython, sys, time
import sdata
try:
    import _thread
    import machine
except ImportError:
    machine = None

proc = None


class Text(Exception):
    def __str__(self):
        while True:
            pass


class Left:
    def __del__(self):
        while True:
            pass


# Only a poll misbehaves: MicroPython for UNIX crashes if the question for a file number raises.
class Never(io.IOBase):
    def ioctl(self, request, argument):
        return self.poll() if request == 3 else -1

    def poll(self):
        return 0


class Long(Never):
    def poll(self):
        while True:
            pass


class Bad(Never):
    def poll(self):
        raise Text


class Stubborn(Never):
    def poll(self):
        stubborn()


def spin(*args):
    while True:
        pass


def stubborn():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def held():
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


async def away():
    while True:
        await asyncio.sleep_ms(20)


async def bad():
    raise Text


"""

# What synchronous and async programs have in common.
COMMON = {
    "spin": "spin()",
    "sleeps": "while True: time.sleep(1)",
    "sleeps_long": "time.sleep(1000)",
    "stubborn": "stubborn()",
    "stubborn_sleep": """
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass""",
    "finally": """
    try:
        spin()
    finally:
        stubborn()""",
    "nested_handlers": """
    while True:
        try:
            try:
                stubborn()
            except BaseException:
                stubborn()
        except BaseException:
            continue""",
    "lock": "held().acquire()",
    "lock_stubborn": """
    lock = held()
    while True:
        try:
            lock.acquire()
        except BaseException:
            pass""",
    "with_lock": "with held(): pass",
    "text": "raise Text",
    "exit_text": "raise SystemExit(Text())",
    "del": "Left(); gc.collect()",
    "prints": "while True: print('x' * 70)",
    "own_loop": "asyncio.run(away())",
    "own_loop_stubborn": """
    while True:
        try:
            asyncio.run(away())
        except BaseException:
            pass""",
    "handler": """
    asyncio.get_event_loop().set_exception_handler(spin)
    asyncio.create_task(bad())
    asyncio.run(away())""",
    "reads": "while True: sys.stdin.read(1)",
    "closes": "sys.stdin.close(); sys.stdout.close(); spin()",
    "kbd_intr": "micropython.kbd_intr(-1); time.sleep(0.1); 1 / 0",
    "heap": "micropython.heap_lock(); spin()",
    "memory": "kept = []\n    while True: kept.append(bytearray(500))",
    "collect": "while True: gc.collect()",
    "thread": "_thread.start_new_thread(time.sleep, (3,)); spin()",
    "waits_job": "sdata.upyos.run_cmd('/n/spin')",
    "procs": "sdata.procs = None; sdata.procs = [7]; time.sleep(0.5)",
    "proc_args": "proc.args = 7",
    "proc_cmd": "proc.cmd = None",
    "proc_pid": "proc.pid = 'x'",
    "proc_all": """
    for name in ('args', 'cmd', 'pid', 'tid', 'sts', 'stt', 'isthr', 'rmmod', 'outer'):
        setattr(proc, name, Text())
    for name in ('source', 'line', 'text', 'ext'):
        setattr(proc, name, Text())""",
    "proc_none": "proc.__init__ = proc.outer = proc.line = proc.tid = proc.stt = None; spin()",
    "proc_gone": "del proc.cmd, proc.args, proc.pid, proc.stt",
}
GENERATORS = {
    "yields": "yield",
    "yields_on": "while True: yield",
    "yields_number": "while True: yield 5",
    "yields_busy": "while True:\n        time.sleep(0.3)\n        yield",
}
ASYNC = {
    "never_ready": """
    from asyncio import core
    while True:
        await asyncio.StreamReader(Never()).read(1)""",
    "long_poll": "await asyncio.StreamReader(Long()).read(1)",
    "bad_poll": "await asyncio.StreamReader(Bad()).read(1)",
    "stubborn_poll": "await asyncio.StreamReader(Stubborn()).read(1)",
    "awaits_stubborn": """
    while True:
        try:
            await asyncio.sleep_ms(10)
            spin()
        except BaseException:
            pass""",
    "part": """
    asyncio.create_task(bad())
    while True:
        await asyncio.sleep_ms(10)""",
    "part_spins": """
    async def other():
        spin()
    asyncio.create_task(other())
    while True:
        await asyncio.sleep_ms(10)""",
    "part_closes": """
    async def other():
        try:
            await away()
        finally:
            stubborn()
    asyncio.create_task(other())
    await asyncio.sleep_ms(50)""",
}
# Chosen from all: those that found something, and one of each kind.
QUICK = ("spin", "sleeps", "stubborn_sleep", "lock", "text", "proc_all", "yields_on", "own_loop")


KINDS = {
    "n": ("def __main__(args):\n    ", COMMON | GENERATORS),
    "a": ("async def __main__(args):\n    ", COMMON | ASYNC),
}


def sources(folder: str) -> dict[str, str]:
    """The files of all programs of a folder: sync in /n, async in /a. A Pico has room for one."""
    head, bodies = KINDS[folder]
    files = {
        f"/{folder}/{name}.py": HEAD + head + body.strip() + "\n" for name, body in bodies.items()
    }
    files["/n/spin.py"] = HEAD + KINDS["n"][0] + COMMON["spin"] + "\n"
    files["/n/module.py"] = HEAD + "spin()\n"
    files["/opt/up.sh"] = ":a\nsleep 0.2\nincr k\ngoto a\n"
    files["/opt/line.sh"] = "> while True: pass\n"
    files["/opt/load.sh"] = "/n/module\n"
    return files


def let_pass(session, seconds: float) -> None:
    """Let time of the target go by, whatever it prints."""
    try:
        session.target.read_until(re.compile(rb"\0never\0"), seconds)
    except TargetError:
        return

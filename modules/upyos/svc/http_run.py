# SPDX-License-Identifier: MIT
"""The calls /api/cmd/... and /api/system/... of uhttpd: a command line, a reset.

A line runs in a thread where there are threads, so that the services and the prompt go on.
"""

import io
from asyncio import core

import _upyos
import sdata
import upyos_port
from micropython import const

from upyos import executor, process, state
from upyos.grammar import redirection
from upyos.jobs import job

# What a line prints is kept up to this, and to a part of the free memory.
_MOST_BYTES = const(16384)
_PART = const(4)
_LOOK_MS = const(10)
# What was sent needs so long to leave the board.
_SENT_MS = const(300)


class Output(io.IOBase):
    """What a line prints, its errors too, as far as there is room."""

    takes_errors = True
    cut = False

    def __init__(self):
        self.room = min(_MOST_BYTES, _upyos.heap()[3] // _PART)
        self.data = bytearray()

    def write(self, data):
        left = self.room - len(self.data)
        if len(data) > left:
            self.cut = True
        self.data.extend(data[:left])
        return len(data)

    def ioctl(self, request, argument):
        return 0

    def close(self):
        """Do nothing: it is read when the line has ended."""

    def text(self):
        """Return what there is as text, without the bytes that are none."""
        try:
            return str(self.data, "utf-8")
        except UnicodeError:
            return str(bytes([byte if byte < 128 else 63 for byte in self.data]), "utf-8")


class Line:
    """One command line."""

    status = None

    def __init__(self, line):
        self.line = line
        self.output = Output()
        self.proc = job.new_proc(line, [], "sh")
        self.proc.over_http = True

    def run(self):
        """Run it: in a thread, with the turn."""
        self.status = executor.run_line(self.line)

    def start(self):
        """Start it in a thread. False: it has run already, in this step.

        So it must where there are no threads; and while a program that knows of none is in the
        foreground, for it would have to end first. Raises OSError, RuntimeError for want of a
        free thread.
        """
        streams = redirection.Streams()
        streams.target = self.output
        streams.silent = True
        try:
            from upyos.jobs import threads
        except ImportError:
            threads = None
        if threads is None or state.turn is None and _foreground():
            before = _upyos.redirect(self.output)
            try:
                self.run()
            finally:
                _upyos.redirect(before)
            return False
        threads.begin(self.proc, streams, (self.proc.pid, "", None), self.run)
        process.attach(self.proc, False)
        return True

    def stop(self):
        """Ask all that the line runs to end."""
        for proc in list(state.procs.values()):
            if proc.tid == self.proc.tid:
                proc.sts = "S"


def _foreground():
    """Tell whether there is a program in the foreground."""
    return any(not proc.isthr for proc in state.procs.values())


async def post_cmd_run(request):
    """{cmd}: run a command line; answer when it has ended."""
    line = (await request.json()).get("cmd")
    if type(line) is not str:
        request.refuse(400, "cmd is no text")
    found = Line(line)
    connection = request.connection
    connection.left_s = None
    connection.known = True
    try:
        if found.start():
            while found.proc.pid in state.procs:
                if found.proc.sts == "S":
                    found.stop()
                await core.sleep_ms(_LOOK_MS)
    except (OSError, RuntimeError):
        request.refuse(500, "no free thread")
    await _report(request, found)


async def _report(request, found):
    output = found.output
    values = {"status": found.status, "cmd": found.line, "output": output.text()}
    if output.cut:
        values["cut"] = True
    await request.say(200, cwd=state.cwd, **values)


async def post_cmd_interrupt(request):
    """End what POST /api/cmd/run started; without such, as Ctrl-C at the console."""
    await request.drop()
    ended = 0
    for proc in state.procs.values():
        if getattr(proc, "over_http", False):
            # whoever waits for it passes it on
            proc.sts = "S"
            ended += 1
    if not ended:
        _upyos.inject(b"\x03")
    await request.say(200, ended=ended)


async def post_system_reset(request):
    """Shut the system down and reset the board, when the answer has left it."""
    await request.drop()
    await request.say(200)
    await core.sleep_ms(_SENT_MS)
    sdata.upyos.exit("-f")
    upyos_port.reset()

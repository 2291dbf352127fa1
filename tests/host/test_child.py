# SPDX-License-Identifier: MIT
"""Running other programs: bounded, watched, and ended with all they started."""

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from upyfw.base import child


def test_lines_and_status():
    seen = []
    result = child.run(["sh", "-c", "echo a; echo b >&2; exit 3"], 10, seen.append)
    assert (result.status, result.output, seen) == (3, "a\nb", ["a", "b"])


def test_a_carriage_return_ends_a_line():
    seen = []
    child.run(["printf", r"1%%\r2%%\n"], 10, seen.append)
    assert seen == ["1%", "2%"]


def test_the_last_lines_are_kept():
    command = ["seq", "1000"]
    assert child.run(command, 10, keep_lines=2).output == "999\n1000"
    assert len(child.run(command, 10, keep_lines=None).output.splitlines()) == 1000


def gone(pid: int) -> bool:
    """Tell whether a process has ended, within a safe time; one not yet reaped has."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


GRANDCHILD = "sleep 60 & echo $! > {file}; wait"


def test_time_is_up_for_grandchildren_too(tmp_path):
    file = tmp_path / "pid"
    result = child.run(["sh", "-c", GRANDCHILD.format(file=file)], 0.5)
    assert result.status == child.TIMED_OUT
    assert result.reason() == "took too long"
    assert gone(int(file.read_text()))


def test_an_interruption_ends_grandchildren_too():
    seen = []

    def interrupt(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        child.run(["sh", "-c", "sleep 60 & echo $!; wait"], 60, interrupt)
    assert gone(seen[0])


def test_one_that_does_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "_PATIENCE_S", 0.2)
    result = child.run(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], 0.3)
    assert result.status == child.TIMED_OUT


def test_no_such_program():
    with pytest.raises(FileNotFoundError):
        child.run(["no-such-program"], 10)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", "exit status 4"),
        ("a\nb\n\n", "b"),
        ("Get:1 x\nE: Failed to fetch x\nE: Some archives failed", "E: Failed to fetch x"),
        ("npm ERR! code E404\nnpm ERR! 404", "npm ERR! code E404"),
        ("x" * 300 + " y", "…"),
    ],
)
def test_the_reason(output, reason):
    assert child.Result(4, output).reason() == reason


def test_standard_input_is_empty():
    assert child.run(["cat"], 10).status == 0


def test_an_interruption_while_it_starts_ends_it(monkeypatch):
    made = []
    real = subprocess.Popen

    def popen(*args, **options):
        made.append(real(*args, **options))
        signal.raise_signal(signal.SIGINT)
        return made[0]

    monkeypatch.setattr(child.subprocess, "Popen", popen)
    with pytest.raises(KeyboardInterrupt):
        child.run(["sleep", "60"], 60)
    assert gone(made[0].pid)


def test_an_interruption_leaves_no_timer_to_wait_for(monkeypatch):
    timers = []

    class Timer(threading.Timer):
        def start(self):
            timers.append(self)
            super().start()
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(child.threading, "Timer", Timer)
    with pytest.raises(KeyboardInterrupt):
        child.run(["sleep", "60"], 60)
    timers[0].join(10)
    assert not timers[0].is_alive()

# SPDX-License-Identifier: MIT
"""fileup -b with the sender of the host tool, over a line that loses what is sent."""

import pytest
from machines import image
from upyfw.base.errors import UpyfwError
from upyfw.targets import serial_blocks

TARGETS = ("UNIX", "RPI_PICO")
# every byte there is, and a last block that is not full
CONTENT = bytes(range(256)) * 3 + b"end"


class Line:
    """A target behind a serial line that treats what is sent with a function."""

    def __init__(self, target, treat) -> None:
        self.target = target
        self.treat = treat
        self.lines = 0

    def send(self, data: bytes) -> None:
        if data.startswith(b"\n"):
            self.lines += 1
            data = self.treat(self.lines, data)
        self.target.send(data)

    def __getattr__(self, name: str):
        return getattr(self.target, name)


def _spoilt(number: int, data: bytes) -> bytes:
    """Lose a byte, the end of a line, a whole line; change a byte; send one twice."""
    at = len(data) // 2
    ways = {
        1: data[:at] + data[at + 1 :],
        3: data[:-1],
        5: b"",
        7: data[:at] + b"A" + data[at + 1 :] if data[at : at + 1] != b"A" else data[:at],
        9: data + data,
    }
    return ways.get(number, data)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("content", [CONTENT, b""], ids=["all", "empty"])
def test_a_file_gets_through_whole(machines, target, content):
    with machines.at_prompt(target, image(target, {})) as session:
        line = Line(session.target, _spoilt if content else lambda _, data: data)
        serial_blocks.send(line, "/tmp/sent", content)
        # more than the blocks: some were sent again
        assert line.lines > len(content) / serial_blocks.BLOCK_BYTES + (4 if content else 0)
        told = session.run(
            "< len(open('/tmp/sent', 'rb').read()), sum(open('/tmp/sent', 'rb').read())"
        )
        assert told == f"{len(content)} {sum(content)}"
        assert session.run("ls -a1 /var | grep -v history") == ""


@pytest.mark.parametrize("target", TARGETS)
def test_what_cannot_be_written_is_said_and_no_block_is_a_command(machines, target):
    with machines.at_prompt(target, image(target, {})) as session:
        with pytest.raises(UpyfwError, match="/none/x: no such file or directory"):
            serial_blocks.send(session.target, "/none/x", CONTENT)
        assert session.run("echo $?") == "1"
        assert "not found" not in session.text


def test_nothing_gets_through(machines):
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        line = Line(session.target, lambda number, data: b"\nnoise\n")
        with pytest.raises(UpyfwError, match="/tmp/x: nothing gets through"):
            serial_blocks.send(line, "/tmp/x", CONTENT)
        session.type("\x03")
        session.wait_prompt()
        assert session.run("ls -a1 /var | grep -v history") == ""
        assert session.run("cat /tmp/x").startswith("cat: /tmp/x: no such file")

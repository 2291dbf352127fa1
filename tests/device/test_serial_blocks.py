# SPDX-License-Identifier: MIT
"""fileup -b and upgrade -u - with the host tool's senders, over a line that loses what is sent."""

import hashlib

import pytest
import upgrade_boards as up
from machines import image
from upyfw.base.errors import UpyfwError
from upyfw.image import signing
from upyfw.release import updates
from upyfw.targets import asked_blocks, serial_blocks

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


def test_a_board_that_ends_it(machines):
    """Ctrl-C there, or a reset: no block is typed at its prompt."""
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        line = Line(session.target, lambda number, data: b"\x03" if number == 3 else data)
        with pytest.raises(UpyfwError, match="/tmp/x: the board is at its prompt"):
            serial_blocks.send(line, "/tmp/x", CONTENT)
        assert line.lines == 3
        with pytest.raises(UpyfwError, match="the board is at its prompt"):
            serial_blocks.send(session.target, "-x -y", CONTENT)
        assert "not found" not in session.text


def test_a_sender_that_is_gone(machines):
    """The console is not lost to a program that waits for nobody."""
    with machines.at_prompt("RPI_PICO", image("RPI_PICO", {})) as session:
        session.type("fileup -b /tmp/x")
        # it is quiet for so long, and once more for the word that it was heard
        session.target.advance(65)
        assert session.run("echo $?") == "1"
        assert "@! timed out" in session.text


def asked_for() -> dict[str, bytes]:
    """A signed list and two files, one of them empty."""
    files = {"/opt/sent": CONTENT, "/opt/none": b""}
    lines = [f"{p},{len(d)},{hashlib.sha256(d).hexdigest()},\n" for p, d in files.items()]
    text = "".join(["#upyOS,9.0.0,2030-01-01\n", *lines, "#files,2\n"]).encode()
    signature = signing.sign(up.key(), updates.digest_to_sign(text, "list"))
    return files | {"/" + updates.LIST: updates.with_signature(text, "l", up.key(), signature)}


@pytest.mark.parametrize(
    ("target", "size"),
    [("UNIX", serial_blocks.BLOCK_BYTES), ("RPI_PICO", asked_blocks.LONG_BLOCK_BYTES)],
)
def test_files_that_are_asked_for(machines, target, size):
    """Whole, in the order that the board likes; the empty one too."""
    files = asked_for()
    key = {"/etc/upgrade.key": signing.key_line(up.key(), "test")}
    with machines.at_prompt(target, image(target, key)) as session:
        line = Line(session.target, _spoilt)
        taken = []
        said = asked_blocks.serve(
            line, "upgrade -y -u -", files.get, lambda *args: taken.append(args), size
        )
        assert "[..]OK\n100% Upgrade complete" in said, said
        assert "@" not in said
        assert ("/opt/sent", len(CONTENT), len(CONTENT)) in taken
        # some were sent again
        assert line.lines > len(taken)
        told = session.run("< sum(open('/opt/sent', 'rb').read())")
        assert told == f"{sum(CONTENT)}"
        assert session.run("wc -c /opt/none").split()[0] == "0"


def test_no_board_that_asks(machines):
    """Firmware that knows no such upgrade comes back to its prompt without a word for us."""
    with machines.at_prompt("UNIX", image("UNIX", {})) as session:
        said = asked_blocks.serve(session.target, "echo hello", {}.get, lambda *_: None)
        assert said.startswith("hello\n")

# SPDX-License-Identifier: MIT
"""What no command for files and texts may get wrong: operands, options, names, bytes, depth.

What is the same for all commands is checked here, from the table below; what is a command's own is
in its case file.
"""

import hashlib
from dataclasses import dataclass

import casefile
import machines as at
import pytest
from session import Session

TARGETS = ("UNIX", "RPI_PICO")
FILE, DIRECTORY, EITHER, NEW = "file", "directory", "either", "new"

MISSING = "no such file or directory"
NO_DIRECTORY = "not a directory"


@dataclass(frozen=True)
class Command:
    """How to give a command one path, and what that must be.

    least, most: how many operands it takes; None is any number. prints: something for each path,
    so that with several of them it can be seen that the others are done when one is wrong.
    """

    line: str
    takes: str
    least: int = 1
    most: int | None = None
    prints: bool = False

    @property
    def name(self) -> str:
        return self.line.split(" | ")[-1].split()[0]


COMMANDS = (
    Command("cat {}", FILE, least=0, prints=True),
    Command("cp {} /tmp/to", FILE, least=2),
    Command("cut -c 1 {}", FILE, least=0, prints=True),
    Command("cp -r {} /tmp/to", EITHER, least=2),
    Command("cp /t/file {}", NEW, least=2),
    Command("df {}", DIRECTORY, least=0, most=1),
    Command("du {}", EITHER, least=0, prints=True),
    Command("echo x | fileup {}", NEW, most=1),
    Command("find x {}", DIRECTORY, most=2),
    Command("head {}", FILE, least=0),
    Command("hexdump {}", FILE, least=0, most=1),
    Command("jq {}", FILE, most=2),
    Command("ls {}", EITHER, least=0, prints=True),
    Command("md5sum {}", FILE, least=0, prints=True),
    Command("mkdir {}", NEW),
    Command("mkdir -p {}", NEW),
    Command("mv {} /tmp/to", EITHER, least=2),
    Command("mv /t/moved {}", NEW, least=2),
    Command("pwd", "", least=0, most=0),
    Command("rm -r {}", EITHER),
    Command("rmdir {}", DIRECTORY),
    Command("sha256sum {}", FILE, least=0, prints=True),
    Command("sort {}", FILE, least=0, prints=True),
    Command("stat {}", EITHER, prints=True),
    Command("tail {}", FILE, least=0),
    Command("echo -n | tee {}", NEW),
    Command("touch {}", NEW),
    Command("tree {}", DIRECTORY, least=0, most=1),
    Command("uniq {}", FILE, least=0, most=1),
    Command("wc {}", FILE, least=0),
)

WITH_PATH = tuple(command for command in COMMANDS if command.takes)
PRINTING = tuple(command for command in COMMANDS if command.prints)

LONGEST = 255
TOO_LONG = "/t/" + "n" * (LONGEST + 1)
# 12 names of 100 characters
LONG_PATH = "/t" + ("/" + "n" * 100) * 12
FILES = {
    "/t/file": "1\n",
    "/t/moved": "2\n",
    "/t/other": "3\n",
    "/t/dir/x": "4\n",
}


def _on_both(table, name):
    """Parameters (target, one of the table); of a target they share a start."""
    return [
        pytest.param(target, item, id=f"{target}-{name(item)}")
        for target in TARGETS
        for item in table
    ]


@pytest.fixture
def session(machines, target):
    with machines.shared(target, "bad-input", FILES) as machine:
        yield Session(machine)


def _ran(session: Session, line: str) -> tuple[str, int]:
    """What a line printed, and its status."""
    output = session.run(line)
    assert "Traceback" not in output
    return output, int(session.run("echo $?"))


def _wrong_paths(command: Command) -> dict[str, tuple[str, ...]]:
    """Path, as it is typed, to the reasons that the error line may give."""
    paths = {
        "''": (MISSING,),
        "/t/file/x": (NO_DIRECTORY, MISSING),
        TOO_LONG: (MISSING, "file name too long"),
        "$nul": ("invalid argument", MISSING),
    }
    if command.takes == NEW:
        paths["/t/file/../none/x"] = (MISSING,)
        paths["/t/new/"] = (NO_DIRECTORY, MISSING)
    else:
        paths["/t/none"] = paths[LONG_PATH] = (MISSING, "file name too long")
    if command.takes == FILE:
        paths["/t/dir"] = paths["/"] = ("is a directory",)
    if command.takes == DIRECTORY:
        paths["/t/file"] = (NO_DIRECTORY,)
    if command.line.startswith("mkdir"):
        # it makes what only a directory can be
        del paths["/t/new/"]
    if command.line.startswith("mkdir -p"):
        del paths["/t/file/../none/x"]
    return paths


@pytest.mark.parametrize(("target", "command"), _on_both(COMMANDS, lambda c: c.line))
def test_wrong_use(session, command):
    name = command.name
    wrong = [f"{name} -Z /t/file", f"{name} --no-such-option"]
    wrong += [name + " /t/file" * (command.least - 1)] if command.least else []
    wrong += [name + " /t/file" * (command.most + 1)] if command.most is not None else []
    usage = casefile.usage_line(name)
    before = session.run("ls -s /t")
    for line in wrong:
        output, status = _ran(session, line)
        assert (output, status) == (f"usage: {usage}", 2), line
    assert _ran(session, f"{name} --help") == (f"usage: {usage}", 0)
    assert session.run("ls -s /t") == before


@pytest.mark.parametrize(("target", "command"), _on_both(WITH_PATH, lambda c: c.line))
def test_wrong_path(session, command):
    session.run("> utls.setenv('nul', '/t/other' + chr(0) + 'x')")
    before = session.run("ls -s /t ; cat /t/file /t/other")
    for path, reasons in _wrong_paths(command).items():
        output, status = _ran(session, command.line.format(path))
        shown = {"''": "", "$nul": "/t/other\0x"}.get(path, path)
        assert output in [f"{command.name}: {shown}: {reason}" for reason in reasons], path
        assert status == 1, path
    assert session.run("ls -s /t ; cat /t/file /t/other") == before
    assert session.run("ls -a1 /tmp /var | grep -v history") == ""


@pytest.mark.parametrize(("target", "command"), _on_both(PRINTING, lambda c: c.line))
def test_the_others_are_done(session, command):
    alone, _ = _ran(session, command.line.format("/t/file"))
    output, status = _ran(session, command.line.format("/t/none '' /t/file"))
    error = f"{command.name}: %s: {MISSING}"
    assert output.split("\n") == [error % "/t/none", error % "", *alone.split("\n")]
    assert status == 1


# any byte but / and NUL may be in a name; -- goes in front, as for a name with a dash
NAMES = (
    *("a blank", " blanks around ", "it's", 'say "hi"', "-dash", "--", "-r", "...", "..x", "x."),
    *("a;b|c&d", "a>b<c", "#a", "$a", "a\\b", "*?[x]", "éß日本", "🙂", "{}", "x" * LONGEST),
)
# line (@ is the name), what it prints; all end with status 0
WITH_NAME = (
    ("echo 1 | fileup -- @", ""),
    ("touch -- @", ""),
    ("echo 1 | tee -- @", "1"),
    ("cat -- @", "1"),
    ("head -- @", "1"),
    ("tail -- @", "1"),
    ("wc -- @", "1 1 2 @"),
    ("cut -c 1 -- @", "1"),
    ("sort -- @", "1"),
    ("uniq -- @", "1"),
    ("grep -c 1 -- @ @", "@:1\n@:1"),
    ("cmp -- @ @", ""),
    ("basename -- @", "@"),
    ("dirname -- @", "."),
    ("jq -- ./@ ", "1"),
    ("hexdump -- @", "00000000  31 0a |1.|"),
    ("md5sum -- @", "b026324c6904b2a9cb4b88d6d61c81d1  @"),
    ("du -- @", "2 @"),
    ("ls -1 -- @", "@"),
    ("find -- @ /tmp/n", "Found: /tmp/n/@"),
    ("cp -- @ /tmp/n/copy", "@ -> /tmp/n/copy"),
    ("mv -- @ /tmp/n/moved", "@ -> /tmp/n/moved"),
    ("mv -- /tmp/n/moved @", "/tmp/n/moved -> @"),
    ("cp -- @ /tmp/n/below", "@ -> /tmp/n/below/@"),
    ("rm -- @ copy below/@", ""),
    ("mkdir -- @", ""),
    ("mkdir -p -- @/sub", ""),
    ("tree -- @", "sub/\n1 directories, 0 files"),
    ("cp -r -- @ below", ""),
    ("tree", "@/\n  sub/\nbelow/\n  @/\n    sub/\n5 directories, 0 files"),
    ("rmdir -- @/sub @ below/@/sub below/@", ""),
)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "'\\''") + "'"


@pytest.mark.parametrize(("target", "name"), _on_both(NAMES, lambda name: name[:16]))
def test_names(session, name):
    session.run("mkdir /tmp/n /tmp/n/below")
    session.run("cd /tmp/n")
    for line, printed in WITH_NAME:
        output = session.run(line.replace("@", _quoted(name)), cwd="/tmp/n")
        assert session.run("echo $?", cwd="/tmp/n") == "0", (line, output)
        wanted = printed.replace("@", name)
        assert sorted(output.split("\n")) == sorted(wanted.split("\n")), line
    assert session.run("ls -a1", cwd="/tmp/n") == "below"
    session.run("cd / ; rm -r /tmp/n", cwd="/tmp/n")


# more than a block of every byte; a line that fills many; the same as JSON
BYTES = bytes(range(256)) * 40 + b"end"
LINE = b"x" * 10_000
TEXT = b'"' + LINE + b'"'


def _dumped(data: bytes) -> bytes:
    """What hexdump prints."""
    rows = []
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{start:08x}  {row.hex(' ')} |{shown}|\n")
    return "".join(rows).encode()


# line (@ is the file), what it writes to /tmp/out
WITH_DATA = (
    ("cat @ > /tmp/out", lambda data: data),
    ("cat < @ | cat | cat - > /tmp/out", lambda data: data),
    ("cp -q @ /tmp/out", lambda data: data),
    ("head -n 999 @ > /tmp/out", lambda data: data),
    ("tail -n 999 @ > /tmp/out", lambda data: data),
    ("tr a a < @ > /tmp/out", lambda data: data),
    ("tee /tmp/out < @ | wc -c > v", lambda data: data),
    ("grep '' @ > /tmp/out", lambda data: data + b"\n"),
    ("fileup /tmp/out < @", lambda data: data),
    ("cat @ | fileup /tmp/out", lambda data: data),
    ("hexdump @ > /tmp/out", _dumped),
    ("md5sum - < @ > /tmp/out", lambda data: f"{hashlib.md5(data).hexdigest()}  -\n".encode()),
    ("sha256sum - < @ > /tmp/out", lambda d: f"{hashlib.sha256(d).hexdigest()}  -\n".encode()),
)


@pytest.mark.parametrize("target", TARGETS)
class TestData:
    @pytest.mark.parametrize("data", [BYTES, LINE], ids=["bytes", "line"])
    def test_bytes_are_exact(self, session, data):
        _write(session, data)
        for line, wanted in WITH_DATA:
            session.run("rm -f /tmp/out")
            assert _ran(session, line.replace("@", "/tmp/data")) == ("", 0)
            assert _digest(session, "/tmp/out") == hashlib.sha256(wanted(data)).hexdigest(), line
        session.run("rm /tmp/data /tmp/out")

    def test_long_line(self, session):
        _write(session, TEXT)
        assert _ran(session, "cat -n /tmp/data > /tmp/out") == ("", 0)
        assert _digest(session, "/tmp/out") == hashlib.sha256(b"1 " + TEXT).hexdigest()
        assert _ran(session, "jq /tmp/data > /tmp/out") == ("", 0)
        assert _digest(session, "/tmp/out") == hashlib.sha256(TEXT + b"\n").hexdigest()
        session.run("rm /tmp/data /tmp/out")

    def test_bytes_are_no_json(self, session):
        _write(session, BYTES)
        assert _ran(session, "jq /tmp/data") == ("jq: /tmp/data: not JSON", 1)
        session.run("rm /tmp/data")

    def test_ten_levels(self, machines, target):
        # a level takes two blocks
        with machines.at_prompt(target, at.image(target, FILES, lean=True)) as session:
            self._ten_levels(session)

    def test_thirty_levels(self, machines, target):
        # 62 of the 67 blocks that are free in this image
        deep = "/tmp/deep" + "/a" * 29
        with machines.at_prompt(target, at.image(target, {}, lean=True)) as session:
            assert _ran(session, f"mkdir -p {deep}/needle") == ("", 0)
            assert _ran(session, "find needle -r /tmp") == (f"Found: {deep}/needle", 0)
            assert session.run("tree /tmp/deep").endswith("30 directories, 0 files")
            assert _ran(session, "rm -r /tmp/deep") == ("", 0)

    def _ten_levels(self, session):
        deep = "/".join(letter * 40 for letter in "abcdefghij")
        assert _ran(session, f"mkdir -p /tmp/deep/{deep}") == ("", 0)
        assert _ran(session, f"cp -q /t/file /tmp/deep/{deep}/needle") == ("", 0)
        session.run(f"cd /tmp/deep/{deep}")
        assert session.run("cat needle", cwd=f"/tmp/deep/{deep}") == "1"
        session.run("cd /", cwd=f"/tmp/deep/{deep}")
        assert _ran(session, "cp -r /tmp/deep /tmp/copy")[1] == 0
        session.run("rm -r /tmp/deep")
        assert _ran(session, "find needle -r /tmp") == (f"Found: /tmp/copy/{deep}/needle", 0)
        assert session.run("du -s /tmp/copy") == "2 /tmp/copy"
        assert session.run("tree /tmp/copy").endswith("10 directories, 1 files")
        assert session.run("ls -s1 /tmp/copy").split("\n")[-1] == f"{deep}/needle"
        assert _ran(session, "mv -q /tmp/copy /tmp/deep") == ("", 0)
        assert _ran(session, "rm -r /tmp/deep") == ("", 0)


def _write(session: Session, data: bytes) -> None:
    """Put data into /tmp/data."""
    session.run("> f = open('/tmp/data', 'wb')")
    if data == BYTES:
        session.run("> for i in range(40): f.write(bytes(range(256)))\\nf.write('end')")
    else:
        session.run(f"> f.write({data[:1]!r} + b'x' * {len(data) - 2} + {data[-1:]!r})")
    session.run("> f.close()")


def _digest(session: Session, path: str) -> str:
    return session.run(f"sha256sum {path}").split()[0]


@pytest.mark.parametrize("target", TARGETS)
class TestTyped:
    """Bytes that are no text, and no memory, at the console."""

    @pytest.mark.parametrize("half", [b"\xc3", b"\xe2\x82", b"\xf0\x9f\x99", b"\xff", b"\x80"])
    def test_enter_after_half_a_character(self, session, half):
        start = len(session.target.output)
        session.target.send(b"echo half" + half + b"\r")
        session.wait_prompt()
        assert b"\nhalf\r\n" in session.target.output[start:]

    def test_key_after_half_a_character(self, session):
        start = len(session.target.output)
        session.target.send(b"echo ha\xc3lf\r")
        session.wait_prompt()
        assert b"\nhalf\r\n" in session.target.output[start:]

    def test_fileup_keeps_bytes(self, session):
        data = b"a\xffb\nc\xc3\n"
        session.target.send(b"fileup /tmp/typed\r" + data.replace(b"\n", b"\r") + b"\x04")
        session.wait_prompt()
        assert session.run("echo $?") == "0"
        assert _digest(session, "/tmp/typed") == hashlib.sha256(data).hexdigest()
        session.run("rm /tmp/typed")

    def test_fileup_without_memory(self, session):
        session.run("> import gc; held = []")
        session.run("> while gc.mem_free() > 30_000: held.append(bytearray(2000))")
        start = len(session.target.output)
        session.target.send(b"fileup /tmp/typed\r" + b"x" * 40_000 + b"\rtouch /tmp/ran\r\x04")
        session.wait_prompt()
        assert b"fileup: /tmp/typed: out of memory" in session.target.output[start:]
        session.run("> held = None")
        assert session.run("< utls.file_exists('/tmp/ran')") == "False"
        assert session.run("< utls.file_exists('/tmp/typed')") == "False"
        assert session.run("ls -a1 /var | grep -v history") == ""

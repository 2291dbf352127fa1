# SPDX-License-Identifier: MIT
"""vi in the memory of a board: files that nearly fill it, and what it leaves behind."""

import machines as at
import pytest
from vi_session import ESC, Vi

TARGET = "RPI_PICO"
LINES = 2400
RUNS = 50
# by chance where garbage lies
MOST_LOST_BYTES = 64

BIG = "".join(f"{n}: a line of a file that has many of them\n" for n in range(LINES))
FILES = {"/t/big": BIG, "/t/small": "one\ntwo\nthree\n"}


@pytest.fixture(scope="module")
def session(machines):
    with machines.at_prompt(TARGET, at.image(TARGET, FILES, lean=True)) as session:
        yield session


def _open(session, file: str) -> Vi:
    it = Vi(session, TARGET)
    it.type(f"vi {file}\r")
    return it


def test_a_large_file(session):
    assert len(BIG) > 100_000
    it = _open(session, "/t/big")
    it.says(f'"/t/big" {LINES}L, {len(BIG)}B')
    it.type("1200Goa new line" + ESC + ":1800\rA changed" + ESC + ":%s/^9/x/\r")
    it.says("lines changed")
    it.type(":2001,2100d\r:w\r")
    it.says("written")
    lines = BIG.splitlines(True)
    lines[1200:1200] = ["a new line\n"]
    lines[1799] = lines[1799][:-1] + " changed\n"
    lines = ["x" + line[1:] if line[0] == "9" else line for line in lines]
    assert it.file("/t/big").decode() == "".join(lines[:2000] + lines[2100:])
    it.type("u:w\r")
    it.says(f"{sum(map(len, lines))}B written")
    assert it.file("/t/big").decode() == "".join(lines)
    it.leave()


def test_a_file_that_is_too_large(machines):
    with machines.at_prompt(TARGET, at.image(TARGET, {"/t/huge": BIG * 2}, lean=True)) as session:
        assert session.run("vi /t/huge") == "vi: /t/huge: too large"
        assert session.run("echo $?") == "1"


def test_out_of_memory(session):
    it = _open(session, "/t/big")
    it.says("/t/big")
    text = it.file("/t/big")
    for keys in ("yG", "yy9999p", "j"):
        it.type(keys)
        it.says("out of memory" if keys != "j" else "2,1")
    it.type(":w\r")
    it.says(f"{len(text)}B written")
    assert it.file("/t/big") == text
    it.type("kx:wq\r")
    session.wait_prompt()
    assert it.file("/t/big") == text[1:]


def test_nothing_is_left_in_memory(session):
    left = []
    for run in range(RUNS + 2):
        _open(session, "/t/small").leave("xdd:%s/e/a/g\riabc" + ESC + "u/o\r:q!\r")
        if run in (1, RUNS + 1):
            left.append(int(session.run("< (gc.collect(), gc.mem_free())[1]")))
    assert left[0] - left[1] <= MOST_LOST_BYTES, left

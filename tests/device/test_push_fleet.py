# SPDX-License-Identifier: MIT
"""`upyfw ota push --all`: several boards, a few at a time, until one does not come back."""

import pytest
import unix_slots
from upyfw import cli
from upyfw.remote import find, secret


@pytest.fixture
def pushed(machines, monkeypatch, tmp_path, capsys):
    """Yields a function that pushes 0.3.0: fates -> (fleet, rows of the table, status, stderr)."""
    fleets = []

    def push(fates: dict[str, str], *more: str):
        fleet = unix_slots.Fleet(machines, fates)
        fleets.append(fleet)
        monkeypatch.setattr(find, "boards", lambda wait_s: fleet.found)
        folder = unix_slots.site(tmp_path / "site", "0.3.0")
        status = cli.run(["ota", "push", "--all", "--site", str(folder), *more])
        told = capsys.readouterr()
        lines = [line.split("│") for line in told.out.splitlines() if "│" in line]
        rows = {line[1].strip(): [cell.strip() for cell in line[2:-1]] for line in lines}
        return fleet, rows, status, told.err

    yield push
    for fleet in fleets:
        fleet.close()


def test_every_board_that_is_found(pushed):
    """All of them come up with the new version, and say so; each has a row in the table."""
    fleet, rows, status, told = pushed({"a": "", "b": ""})
    assert status == 0, told
    assert rows == {name: [unix_slots.KIND, "0.2.0", "0.3.0", "updated", ""] for name in "ab"}
    assert [fleet.version(name) for name in "ab"] == ["0.3.0"] * 2
    for name in "ab":
        assert f"{name}: loads firmware" in told
        assert f"{name}: on trial" in told


def test_one_goes_back(pushed):
    """One after the other: the first is fine, the second is not, the third is never begun."""
    fates = {"a": "", "b": "hangs", "c": ""}
    fleet, rows, status, told = pushed(fates, "--at-once", "1")
    assert status == 1
    assert [rows[name][3] for name in "abc"] == ["updated", "went back", "not touched"], told
    why = "the new firmware did not confirm itself"
    assert told.splitlines()[-1] == f"upyfw: 2 of 3 not updated; b went back: {why}"
    untouched(fleet, "c")


def test_one_does_not_come_back(pushed):
    """Its process ends on trial: nobody answers any more, and the next one is not begun."""
    fates = {"b": "dies", "c": ""}
    fleet, rows, status, told = pushed(fates, "--at-once", "1", "--wait", "3")
    assert status == 1
    assert [rows[name][3] for name in "bc"] == ["did not come back", "not touched"], told
    assert "b did not come back: nothing is heard of it" in told.splitlines()[-1]
    untouched(fleet, "c")


def test_the_password_is_needed(pushed, monkeypatch):
    """A wrong one is said, and nothing was typed at the console."""
    monkeypatch.setenv(secret.VARIABLE, "bad")
    fleet, rows, status, told = pushed({"a": "guarded"})
    assert status == 1
    assert rows["a"][:4] == ["", "", "", "refused"]
    assert "the password of admin is another one" in told.splitlines()[-1]
    untouched(fleet, "a")


def test_a_board_with_one_slot_and_one_without_telnet(pushed):
    """What cannot be done is said; it stops no other board, and is no success either."""
    fleet, rows, status, told = pushed({"a": "one slot", "b": "silent"})
    assert status == 1
    assert rows["a"][3:] == ["refused", "it has one slot: firmware goes there by cable"]
    assert rows["b"] == ["", "", "", "refused", "utelnetd does not run on it"]
    untouched(fleet, "a")


def untouched(fleet: unix_slots.Fleet, name: str) -> None:
    """Hold a board against what it was."""
    assert fleet.version(name) == "0.2.0"
    assert fleet.sessions[name].run("ls -n /etc/upgrade.trial").startswith("ls: ")
    assert fleet.sessions[name].run("ls -n /var/slot.bin").startswith("ls: ")

# SPDX-License-Identifier: MIT
"""What an upgrade does behind its download: new files into their places, new firmware on trial.

Files are put in their places once /etc/upgrade.do says which; it appears by rename. A power cut
before leaves the old ones, one after it is made good by the next start.
"""

import json
import os

import sdata
from micropython import const
from upyos import console, state
from upyos.lib import files

# Files that were loaded: 0, 1, ..., and `do`, which says where they go.
STAGED = "/var/upgrade"
_DO = const("/etc/upgrade.do")
# What has to be there after the reset.
_NOTE = const("/etc/upgrade.trial")

# Marks of the record (ports/rp2/boot/core/journal.h) and what they mean to the user.
_ENDS = (
    (1 << 5, "the new firmware was damaged"),
    (1 << 6, "other firmware was flashed by cable"),
    (1 << 7, "there is no whole firmware to go back to"),
    (1 << 4, "went back: the new firmware did not confirm itself"),
)


def write(before, after, net):
    """Note before the reset what has to be there after it. A power cut leaves a note, or none."""
    services = []
    for proc in state.procs.values():
        name = getattr(proc, "service", None)
        if name:
            services.append((name,) + proc.place)
    note = {"from": before, "to": after, "net": net, "services": services}
    files.write_atomic(_NOTE, json.dumps(note))


def begin(recovers):
    """Go on where an upgrade left off; called at each start with a note, behind init.sh."""
    try:
        with open(_NOTE) as file:
            note = json.load(file)
    except (OSError, ValueError):
        note = {}
    slot = __import__("_slot")
    if not slot.trial():
        ended = _end(slot.marks() or 0)
        if not ended and (note.get("to") or sdata.version) != sdata.version:
            # The power went before the request was there, or while ESP-IDF wrote its record.
            ended = "the firmware before still runs"
        if not ended:
            # The power went between the confirmation and this.
            settle()
        return over(ended or "confirmed")
    if recovers:
        # Nothing was started, and nothing is asked for but the prompt.
        note = {"to": note.get("to")}
    # Not before: it stays loaded.
    from upyos import trial

    trial.note = note
    state.key = trial.key
    console.error("upgrade: %s is on trial" % note.get("to", "new firmware"))
    for service in note.get("services", ()):
        if service[0] == trial.missing():
            import kernel

            kernel.run_cmd("%s start -a %s -p %d" % tuple(service))


def _end(marks):
    for mark, text in _ENDS:
        if marks & mark:
            return text
    return ""


def commit():
    """Put loaded files in their places."""
    os.rename(STAGED + "/do", _DO)
    finish()


def settle():
    """Put the files in their places that came with firmware which was confirmed, if any did."""
    try:
        commit()
    except OSError as e:
        if e.errno != 2:
            raise


def finish():
    """Do what /etc/upgrade.do says, as far as it is not done yet."""
    with open(_DO) as file:
        for line in file:
            name, _, path = line.strip().partition(",")
            try:
                os.rename("%s/%s" % (STAGED, name), _made(path))
            except OSError as e:
                # 2: it was done before
                if e.errno != 2:
                    raise
    os.remove(_DO)
    forget()


def _made(path):
    """Return path, whose folder is there then."""
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            # it is there, or the rename says what is wrong
            pass
        at = path.find("/", at + 1)
    return path


def forget():
    """Remove what was loaded."""
    try:
        for name in os.listdir(STAGED):
            os.remove(STAGED + "/" + name)
        os.rmdir(STAGED)
    except OSError:
        # there is nothing
        pass


def over(text):
    """Say what became of an upgrade, on the console and in the log, and forget it."""
    from upyos.settings import log

    log.add("upgrade", text)
    console.error("upgrade: " + text)
    files.discard(_NOTE)
    forget()

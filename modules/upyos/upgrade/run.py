# SPDX-License-Identifier: MIT
"""The steps of an upgrade, as the user sees them (behaviour contract 11)."""

import sdata
from micropython import const
from upyos import state
from upyos.lib import command, signal
from upyos.start import upgraded
from upyos.upgrade import offer, slots, source, tree

_HINT = const(
    'upgrade -u ADDRESS, as ./upyfw ota serve prints it, or "upgrade" in /etc/system.conf'
)


class Work:
    """What there is to do: firmware (a Record or None) and files; done counts what is loaded."""

    def __init__(self, found, flags):
        self.offer = found
        self.names = "v" in flags
        self.again = "o" in flags
        self.firmware = found.firmware
        if found.version == sdata.version and not self.again or slots.slot() is None:
            self.firmware = None
        self.items = tree.wanted(found.files, self.again)
        self.done = 0

    @property
    def count(self):
        """How many records."""
        return len(self.items) + (self.firmware is not None)

    def tick(self):
        """Show that a record is there."""
        print("\n" + self.items[self.done][0].path if self.names else ".", end="")
        self.done += 1

    def finish(self):
        """Put what is loaded in its place. Raises OSError, ValueError with the reason."""
        if self.firmware is None:
            return upgraded.commit()
        why = slots.check(offer.board(), self.again)
        if why:
            raise ValueError(self.firmware.path + ": " + why)
        upgraded.write(sdata.version, self.offer.version, source.is_web(self.offer.base))
        slots.ask()
        print(".", end="")
        self.done += 1


def _read(base, hint):
    """Print the head of an upgrade; return the Offer, or None, and say why, and the hint."""
    print("upyOS OTA Upgrade,")
    print("Downloading upgrade list..., ", end="")
    try:
        found = offer.Offer(base)
    except (OSError, ValueError) as e:
        print("failed")
        command.fail(base, e)
        command.write(hint)
        return None
    print("OK")
    print("Installed: %s, offered: %s %s" % (sdata.version, found.version, found.date))
    return found


def _refusal(found, flags):
    """Return why nothing is to be loaded, or None."""
    if offer.number(found.version) < offer.number(sdata.version) and "o" not in flags:
        return "version %s is lower than the installed one (-o)" % found.version
    slot = slots.slot()
    if slot is None:
        return None
    if found.boards and found.firmware is None:
        return "has nothing for the board " + offer.board()
    return slots.ANSWERS[1] if slot.trial() else None


def _is_held(flags):
    """Tell whether background jobs keep an upgrade away; -s stops them."""
    jobs = signal.jobs()
    if jobs and "s" in flags:
        for pid in jobs:
            state.procs[pid].sts = "S"
        return False
    return bool(jobs)


def work(flags):
    """Return the Work that the options of the command ask for, or a status if there is none."""
    base = flags.get("u") or sdata.sysconfig["upgrade"]
    if not base:
        return command.fail("no address", _HINT)
    if "t" in flags:
        base = base.rstrip("/") + "/test"
    found = _read(base, "" if "u" in flags else _HINT + "\n")
    if found is None:
        return 1
    why = _refusal(found, flags)
    if why:
        return command.fail(base, why)
    if found.boards and found.version != sdata.version and slots.slot() is None:
        print(offer.by_cable())
    todo = Work(found, flags)
    if not todo.count:
        print("Nothing to upgrade")
        return 0
    if "n" in flags:
        print("%d to load" % todo.count)
        return 0
    if _is_held(flags):
        return command.fail(base, "background jobs run (-s stops them)")
    if not ("f" in flags or "y" in flags or command.ask("Confirm upyOS upgrade (y/N)? ")):
        return 1
    return todo


def load(todo):
    """Load and check all of it, and do it or ask for it; return the status.

    Services and other jobs do not go on meanwhile.
    """
    print("Upgrading from upyOS github repository, wait...")
    print("[", end="")
    why = KeyboardInterrupt
    loop = state.loop
    was = loop and loop.running
    try:
        if loop:
            # Jobs wait: on top of what writes the flash their steps do not fit into the C stack.
            loop.running = True
        tree.check_room(todo.items)
        tree.load(todo.offer.base, todo.items, todo.tick)
        if todo.firmware:
            slots.load(todo.offer.base, todo.firmware)
        todo.finish()
        why = None
    except (OSError, ValueError) as e:
        why = e
    finally:
        if loop:
            loop.running = was
        print("]" + ("" if why else "OK"))
        if why:
            # Ctrl-C too leaves nothing but the firmware that the next download goes on from.
            tree.forget()
    if why:
        command.fail(todo.offer.base, why)
        print("not complete %d/%d" % (todo.done, todo.count))
        return 1
    print("100% Upgrade complete")
    if todo.firmware:
        print("The new firmware is tried at the next reset.")
    return 0

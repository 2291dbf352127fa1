# SPDX-License-Identifier: MIT
"""upgrade [-fynrvtos] [-u BASE] | status | confirm | revert

Load a newer version, check it, and start it on trial at the next reset. It stays once the prompt
has answered, the services run that ran before, and, if it came over the network, the network is
back; else the board goes back to the firmware before, by itself.

-f, -y   do not ask
-n       only say what there is
-r       reset the board at the end
-v       print names, not dots
-t       from the channel test
-o       load all again, a lower version too (--allow-downgrade)
-s       stop background jobs first
-u BASE  load from there: an address (http, https), a directory, or -, a program at the other end
         of the serial console (upyfw ota push); else from "upgrade" in system.conf
status   print what runs, and what is in the other slot
confirm  end a trial: this firmware stays
revert   go back to the firmware before, at the next reset

Source: upyOS; MCUboot's image format, docs/formats/firmware-swap.md.
"""

import sdata
from micropython import const
from upyos.lib import command
from upyos.upgrade import offer, run, slots, source

_VERBS = const(("status", "confirm", "revert"))


def _status(slot):
    """Print the state of the slots; 0."""
    print("Version: %s, %s" % (sdata.version, offer.board()))
    if slot is None:
        print(offer.by_cable())
        return 0
    print("Trial:   " + ("yes" if slot.trial() else "no"))
    for which, what in ((2, "the one before"), (1, "an update")):
        if found := slot.image(which, False):
            print("Other:   %s, %d.%d.%d" % ((what,) + found[0][:3]))
            break
    return 0


def _confirm(slot):
    if slot.trial():
        # It is loaded then; else it would be, and stay.
        from upyos import trial

        if trial.confirm():
            return 0
    return command.fail("confirm", "no firmware is on trial")


def _revert(slot):
    answer = slot.revert()
    if answer:
        return command.fail("revert", slots.ANSWERS[answer])
    print("The firmware before starts at the next reset.")
    return 0


def _verb(name):
    slot = slots.slot()
    if slot is None and name != "status":
        return command.fail(name, offer.by_cable())
    return globals()["_" + name](slot)


def _tell(status):
    """Tell the program at the other end of the console how it went."""
    from upyos.lib import blocks

    blocks.end("! failed" if status else ".")


def __main__(args):
    args = ["-o" if word == "--allow-downgrade" else word for word in args]
    flags, words = command.options(args, "fynrvtos", "u")
    command.operands(words, 0, 1)
    if words:
        if flags or words[0] not in _VERBS:
            raise command.UsageError
        return _verb(words[0])
    status = run.work(flags)
    if type(status) is not int:
        status = run.load(status)
    if flags.get("u") == source.CONSOLE:
        _tell(status)
    if not status and "r" in flags:
        import upyos_port

        upyos_port.reset()
    return status

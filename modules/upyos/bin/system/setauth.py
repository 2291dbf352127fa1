# SPDX-License-Identifier: MIT
"""setauth USER [PW PW] | -v | -d

Set the user and the password that telnet, ftp and the web interface ask for. With USER alone the
password is asked for twice and not shown. A line that holds a password is not in the history.

-v  show the user, and whether a password is set
-d  clear the password: nothing asks for one then

A power cut leaves the old user and password or the new ones.

Source: upyOS.
"""

import sdata
from upyos.lib.command import UsageError, fail, operands, options, secret
from upyos.settings import auth


def _hide(words):
    """Put * in place of these words where ps and the end of a job show them."""
    for proc in sdata.procs:
        if "setauth" in proc.cmd:
            proc.args = ["*" if word in words else word for word in proc.args]
            for word in words:
                proc.cmd = proc.cmd.replace(" " + word, " *")


def _show():
    form = sdata.sysconfig["auth"]["paswd"]
    print("User:", sdata.sysconfig["auth"]["user"])
    print("Password:", "locked" if form == "!" else "set" if form else "not set")
    return 0


def _store(user, form):
    try:
        auth.store(user, form)
    except (OSError, ValueError) as e:
        return fail("/etc/system.conf", e)
    return 0


def _asked(user):
    """Return the two passwords that were typed; two empty ones if nobody is there."""
    try:
        return [secret("New password for %s: " % user), secret("Once more: ")]
    except EOFError:
        return ["", ""]


def _set(user, passwords):
    if passwords[0] != passwords[1]:
        return fail(user, "the passwords differ")
    if not passwords[0]:
        return fail(user, "the password is empty")
    return _store(user, auth.hashed(passwords[0]))


def __main__(args):
    found, words = options(args, "vd")
    _hide(words[1:])
    if found:
        operands(words, 0, 0)
        if len(found) > 1:
            raise UsageError
        return _show() if "v" in found else _store(sdata.sysconfig["auth"]["user"], "")
    operands(words, 1, 3)
    if len(words) == 2:
        raise UsageError
    if not words[0]:
        return fail("USER", "empty")
    return _set(words[0], words[1:] or _asked(words[0]))

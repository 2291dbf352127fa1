# SPDX-License-Identifier: MIT
"""chmod MODE FILE...

Let each FILE be protected, so that no command writes it, moves it or removes it, or let it be as
any other. Of MODE that counts which says whether the owner may write: 444, 555, a-w, -w and =r
protect; 644, 755, u+w, +w and =rw do not. All else, as +x, is accepted and changes nothing, for
there are no other rights.

What is protected stands in /etc/system.conf (pfiles). A power cut leaves the old or the new list.

Source: POSIX.1-2024 chmod, of one right. Not provided: directories, -R.
"""

import sdata
from upyos.lib import paths
from upyos.lib.command import UsageError, fail, operands, options
from upyos.settings import config


def _protects(mode):
    """Return True if a mode protects, False if it does not, None if it leaves that. UsageError."""
    if mode.isdigit():
        if len(mode) not in (3, 4) or [c for c in mode if c > "7"]:
            raise UsageError
        return int(mode[-3]) & 2 == 0
    protects = None
    for part in mode.split(","):
        right = part.lstrip("ugoa")
        who = part[: len(part) - len(right)]
        sign = right[:1]
        if sign not in ("+", "-", "=") or right[1:].strip("rwxXst"):
            raise UsageError
        if who and "u" not in who and "a" not in who:
            continue
        if sign == "=":
            protects = "w" not in right
        elif "w" in right:
            protects = sign == "-"
    return protects


def _changed(name, protects, protected):
    """Return the list of protected paths with a file in it or not. Raises OSError."""
    path = paths.named(name)
    paths.stat(path)
    if protects is None:
        return protected
    rest = [entry for entry in protected if paths.absolute(entry) != path]
    return rest + [path] if protects else rest


def __main__(args):
    # -w is a mode, no option
    mode = args[0] if args else ""
    if mode[:1] != "-" or mode[1:].strip("rwxXst") or mode == "-":
        args = options(args, "")[1]
        mode = args[0] if args else ""
    names = options(args[1:], "")[1]
    operands(names, 1)
    protects = _protects(mode)
    before = protected = sdata.sysconfig["pfiles"]
    status = 0
    for name in names:
        if protects and paths.is_dir(name):
            status = fail(name, "is a directory")
            continue
        try:
            protected = _changed(name, protects, protected)
        except OSError as e:
            status = fail(name, e)
    if protected != before:
        try:
            config.replace("pfiles", protected)
        except (OSError, ValueError) as e:
            return fail(config.PATH, e)
        sdata.sysconfig["pfiles"] = protected
    return status

# SPDX-License-Identifier: MIT
"""test -e|-f|-d|-s|-r|-w|-x|-L P | -p TEXT | -g GPIO | -t N | -z|-n W | A OP B

Print True or False, and end with status 0 or 1. A condition prints nothing, nor does [ ... ].

-p TEXT  the command of some process contains TEXT
-f P     P is a file
-d P     P is a directory
-e P     P is either
-g GPIO  the input GPIO is high
-z W     W is empty
-n W     W is not empty
-s P     P is a file that is not empty
-r P     P can be read
-w P     P can be written: it is not protected
-x P     P can be run, by its name, or is a directory
-t N     0: standard input, 1: standard output is the terminal
-L P     P is a symbolic link: never

OP is one of = == != (text) and -eq -ne -lt -le -gt -ge (numbers). W alone: it is not empty. With
! in front it is not so; A -a B is both, A -o B one of them, ( ) goes first.
"""

from upyos import state

proc = None


def _misused(args=()):
    """Raise UsageError, or show the usage if it was asked for."""
    # Loaded here only: this command is a hot one.
    from upyos.lib import command

    command.options(args[:1], "", "pfdegznsrwxtL")
    raise command.UsageError


def _compare(a, op, b):
    if op == "=" or op == "==":
        return a == b
    if op == "!=":
        return a != b
    if op not in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
        _misused()
    try:
        a = float(a) if "." in a else int(a)
        b = float(b) if "." in b else int(b)
    except ValueError:
        _misused()
    if op == "-lt" or op == "-ge":
        return (a < b) == (op == "-lt")
    if op == "-eq" or op == "-ne":
        return (a == b) == (op == "-eq")
    return (a > b) == (op == "-gt")


def _is_high(word):
    """Return whether the level of a GPIO is high; where it has none, an error line ends this."""
    from upyos.lib import command, hardware

    try:
        return hardware.level(word) == 1
    except (OSError, ValueError) as e:
        raise SystemExit(command.fail(word, e)) from None


def _is(option, word):
    """Return what one option says about its word."""
    if option == "-z" or option == "-n":
        return (word == "") == (option == "-z")
    if option == "-p":
        import sdata

        names = [other.cmd for other in sdata.procs if other is not proc]
        return any([type(name) is str and word in name for name in names])
    if option == "-g":
        return _is_high(word)
    if option not in ("-e", "-f", "-d"):
        from upyos.lib import predicates

        return predicates.about(option, word)
    mode = _mode(word)
    if option == "-e":
        return mode != 0
    return mode & 0xF000 == (0x8000 if option == "-f" else 0x4000)


def _mode(path):
    """Return the mode bits of a path, 0 when it is absent."""
    import os

    import sdata

    if not path or ".." in path:
        # an empty one is absent; littlefs does not know the parent of the root
        from upyos.lib import paths

        return paths.mode(path)
    stat = os.stat
    if sdata.cache_enabled:
        from upyos.lib.cache import stat
    try:
        return stat(path)[0]
    except OSError:
        return 0


def __main__(args):
    if len(args) == 3 and args[0] != "!" and args[1] not in ("-a", "-o"):
        value = _compare(args[0], args[1], args[2])
    elif len(args) == 2 and args[0] in ("-p", "-f", "-d", "-e", "-g", "-z", "-n"):
        value = _is(args[0], args[1])
    elif not args or args[0][:3] == "--h":
        _misused(args)
    else:
        from upyos.lib import predicates

        value = predicates.value(args, _is, _compare)
    if state.turn:
        from upyos.lib.command import result

        result(value)
    elif type(state.result) is not bool:
        state.result.value = value
    elif not state.result:
        print(value)
    return 0 if value else 1

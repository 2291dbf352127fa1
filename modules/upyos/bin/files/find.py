# SPDX-License-Identifier: MIT
"""find PART [-r] [DIR] | find DIR... [-name P] [-iname P] [-type f|d] [-size [+|-]N[c|k|M]]

Print the paths, sorted, of all files and directories in DIR (default: /) whose names contain PART.
With a test, or if the only word has a / in it and is there: print DIR and all below it, as far as
it passes every test.

-r        below DIR too
-name P   the name fits P, where * is any text, ? any character, [a-z] one of these
-iname P  the same, upper and lower case of a to z are the same
-type f   files; -type d directories
-size N   N times 512 bytes, rounded up; with c bytes, k or M 1024 or 1048576 of them; +N is more,
          -N less

Source: upyOS; the second form POSIX.1-2024 find. Not provided: -exec -perm -newer ! ( ).
"""

import _upyos
from micropython import const
from upyos.lib import files, paths
from upyos.lib.command import UsageError, fail, natural, operands, options, write_all

_DIRECTORY = const(0x4000)
_VALUED = const(("-name", "-iname", "-type", "-size"))
_UNITS = {"c": 1, "k": 1024, "M": 1048576}


def _named(pattern, fold):
    """Return a test for names that fit a pattern. Raises UsageError."""
    from upyos.lib import patterns

    try:
        program = patterns.compile(patterns.of_names(pattern), fold)
    except ValueError:
        raise UsageError("bad pattern") from None
    return lambda entry: _upyos.lines_matching(entry[0].encode() + b"\n", program, False)


def _sized(text):
    """Return a test for sizes. Raises UsageError."""
    sign = text[:1] if text[:1] in ("+", "-") else ""
    unit = _UNITS.get(text[-1:], 512)
    wanted = natural(text[len(sign) :].rstrip("ckM"))

    def test(entry):
        size = -(-entry[3] // unit)
        return size > wanted if sign == "+" else size < wanted if sign else size == wanted

    return test


def _typed(kind):
    """Return a test for files or for directories. Raises UsageError."""
    if kind not in ("f", "d"):
        raise UsageError
    return lambda entry: (entry[1] == _DIRECTORY) == (kind == "d")


def _tests(words):
    """Return the tests that words ask for. Raises UsageError."""
    tests = []
    words = iter(words)
    for word in words:
        if word == "-print":
            continue
        value = next(words, None)
        if value is None or word not in _VALUED:
            raise UsageError
        if word == "-type":
            tests.append(_typed(value))
        elif word == "-size":
            tests.append(_sized(value))
        else:
            tests.append(_named(value, word == "-iname"))
    return tests


def _passing(folder, tests):
    """Yield folder, as it is spelled, and what is below it, as far as it passes all tests."""
    top = paths.named(folder)
    info = paths.stat(top)
    own = (paths.split(folder)[1], info[0], None, 0 if info[0] & _DIRECTORY else info[6])
    if all(test(own) for test in tests):
        yield folder
    if info[0] & _DIRECTORY == 0:
        return
    skip = len(paths.join(top, ""))
    for path, entry in files.tree(top):
        if entry and all(test(entry) for test in tests):
            yield paths.join(folder, path[skip:])


def _matches(part, folder, deep):
    """Return the sorted paths of what is in folder, as it is spelled, or below it too."""
    top = paths.named(folder)
    skip = len(paths.join(top, ""))
    found = []
    in_order = True
    for path, entry in files.tree(top, deep):
        if entry and part in entry[0]:
            in_order = in_order and not (found and path < found[-1])
            found.append(path)
    if not in_order:
        found.sort()
    return [paths.join(folder, path[skip:]) for path in found]


def _posix(args):
    """Find as other systems do; return the status."""
    count = 0
    while count < len(args) and args[count][:1] != "-":
        count += 1
    tests = _tests(args[count:])
    status = 0
    for folder in args[:count] or (".",):
        try:
            write_all(path + "\n" for path in _passing(folder, tests))
        except OSError as e:
            status = fail(folder, e)
    return status


def _is_posix(args):
    """Tell whether these are the words of the second form."""
    if "--" in args:
        return False
    tests = [word for word in args if word == "-print" or word in _VALUED]
    return tests or len(args) == 1 and "/" in args[0] and paths.exists(args[0])


def __main__(args):
    if _is_posix(args):
        return _posix(args)
    found, names = options(args, "r")
    operands(names, 1, 2)
    folder = names[1] if len(names) > 1 else "/"
    try:
        matches = _matches(names[0], folder, "r" in found)
        write_all(["Found: %s\n" % path for path in matches])
    except OSError as e:
        return fail(folder, e)
    return 0 if matches else 1

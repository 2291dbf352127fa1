# SPDX-License-Identifier: MIT
"""Tab: commands in the first place of a command, variables, options, paths everywhere else."""

import sdata
from micropython import const
from upyos import lookup, state
from upyos.lib import files

_KEYWORDS = const("if then elif else fi while until for do done case esac break continue")
_SUFFIXES = const((".py", ".mpy", ".sh"))
_DIRECTORY = const(0x4000)
_SPECIAL = const(" \t;|&<>'\"$#\\")


def complete(before):
    """Return (text to add, names that fit) for the text before the cursor."""
    start, quote = _word(before)
    word = before[start:]
    if not quote:
        word = word.replace("\\", "")
    lead = before[:start].rstrip()
    if "$" in word and quote != "'":
        return _variable(word[word.rfind("$") + 1 :])
    if word[:1] == "-" and lead and not quote:
        return _option(lead, word)
    if "/" in word or (lead and lead[-1] not in ";|&"):
        directory, _, part = word.rpartition("/")
        if "/" in word and not directory:
            directory = "/"
        names = _paths(directory, part)
    else:
        part = word
        names = [name + " " for name in _commands(part)]
    if not names:
        return "", names
    found = [name[:-1] if name[-1] == " " else name for name in names]
    added = _common(found)[len(part) :]
    if not quote:
        added = "".join(["\\" + c if c in _SPECIAL else c for c in added])
    # the only one that fits, and no directory: the word ends
    return added + (quote + " " if found == [names[0][:-1]] else ""), found


def _word(before):
    """Return where the last word begins, and the quote it stands in or an empty text."""
    start = 0
    quote = ""
    escaped = False
    for i, c in enumerate(before):
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
            start = i + 1
        elif c in " \t;|&<>":
            start = i + 1
    return start, quote


def _variable(part):
    """Return what complete() does for a part of a variable's name."""
    end = "}" if part[:1] == "{" else ""
    part = part.lstrip("{")
    names = sorted([name for name in sdata.sysconfig["env"] if name.startswith(part)])
    if not names:
        return "", names
    return (_common(names) + (end if len(names) == 1 else ""))[len(part) :], names


def _option(lead, word):
    """Return what complete() does for an option of the command that stands before it."""
    from upyos.programs import manual

    for c in ";|&":
        lead = lead.rpartition(c)[2]
    lines = []
    options = []
    for line in manual.text(lead.split()[0] if lead.strip() else "").split("\n"):
        own = [part.rstrip(",") for part in line.split() if part.startswith("-")]
        own = [option for option in own if option.startswith(word)]
        if line[:1] == "-" and own:
            lines.append(line)
            options += own[:1]
    if not options:
        return "", []
    added = (_common(sorted(options)) + (" " if len(options) == 1 else ""))[len(word) :]
    return added, lines


def _common(names):
    """Return the beginning that all names share."""
    first = names[0]
    last = names[-1]
    n = 0
    while n < len(first) and n < len(last) and first[n] == last[n]:
        n += 1
    return first[:n]


def _paths(directory, part):
    """Return names in a directory that begin with part; a directory ends with /."""
    names = []
    try:
        for entry in files.entries(directory or "."):
            name = entry[0]
            if name.startswith(part) and (part or name[:1] != "."):
                names.append(name + ("/" if entry[1] & _DIRECTORY else " "))
    except OSError:
        # No such directory: nothing fits.
        return []
    if directory == "/bin":
        known = " ".join(names)
        names += [name + " " for name in _frozen(part) if name not in known]
        names.sort()
    return names


def _frozen(part):
    """Yield the names of the firmware's commands that begin with part."""
    from upyos.made.index import COMMANDS

    at = COMMANDS.find("\n" + part)
    while at >= 0 and at + 1 < len(COMMANDS):
        yield COMMANDS[at + 1 : COMMANDS.find("\n", at + 1)]
        at = COMMANDS.find("\n" + part, at + 1)


def _commands(part):
    """Return the names of commands that begin with part."""
    words = (lookup.BUILTIN_NAMES + _KEYWORDS).split()
    names = set([name for name in words if name.startswith(part)])
    names.update([name for name in state.aliases or () if name.startswith(part)])
    names.update(_frozen(part))
    for directory in lookup.directories():
        if directory[:1] == "/":
            for name in _paths(directory, part):
                names.add(_stem(name.strip()))
    return sorted(names)


def _stem(name):
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name

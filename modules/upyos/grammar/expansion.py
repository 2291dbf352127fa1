# SPDX-License-Identifier: MIT
"""Words with patterns, $(...), $((...)), ${name-word} and ~ to arguments. See grammar.words."""

from upyos import lexer
from upyos.lib import wildcards

# Of a word that begins with an assignment, in front of it: its status is that of a $(...) in it.
ASSIGNED = "=$"


def add(word, get, args):
    """Append to args what a word stands for. Raises ValueError where it cannot be told."""
    if type(word) is tuple:
        if _assigns(word[0]):
            args.append(text(word, _after(args, get)))
        else:
            _all(word, get, args)
        return
    if _assigns(word[1]):
        if not args and any([type(part) is tuple and part[0] == "(" for part in word]):
            args.append(ASSIGNED)
        args.append(text(word, _after(args, get)))
        return
    for pattern, present in _fields(word, get):
        if wildcards.special(pattern):
            from upyos.grammar import filenames

            names = filenames.matching(pattern)
            if names:
                args += names
                continue
        if present or pattern:
            args.append(wildcards.plain(pattern) if "\\" in pattern else pattern)


def _after(args, get):
    """Return what get() is once args were obeyed: itself, unless all of them assign."""
    given = {}
    for arg in args:
        if arg != ASSIGNED:
            if not _assigns(arg):
                return get
            name, _, given[name] = arg.partition("=")
    return (lambda name: given[name] if name in given else get(name)) if given else get


def _all(word, get, args):
    """Append the words of a word that holds $@ (or the text "@")."""
    done = [""]
    for i, part in enumerate(word):
        if i & 1 and part == "@":
            values = [str(v) for v in get("@")]
            if values:
                done[-1] += values[0]
                done += values[1:]
        else:
            done[-1] += str(get(part)) if i & 1 else part
    if len(done) > 1 or done[0] or word != ("", "@"):
        args += done


def text(word, get):
    """Return the text of one word, which is neither split nor a pattern."""
    if type(word) is not list:
        return lexer.text(word, get)
    found = ""
    # A comprehension is a call, and takes more C stack.
    for part in word[1:]:
        found += _text(part, get)
    return found


def pattern(word, get):
    """Return one word as a pattern, in which what was quoted stands for itself."""
    if type(word) is not list:
        return wildcards.quoted(lexer.text(word, get))
    found = ""
    for part in word[1:]:
        found += _pattern(part, get)
    return found


def _assigns(part):
    """Tell whether a part of a word begins with NAME= of an assignment."""
    name, equals, _ = part.partition("=") if type(part) is str else ("", "", "")
    return equals and lexer.legal(name) and name not in "?!#@*"


def _fields(word, get):
    """Return [pattern, is it an argument though empty] of each argument that a word makes."""
    fields = [["", False]]
    for part in word[1:]:
        if type(part) is tuple and part[0] == "(" and not part[1]:
            _split(part, get, fields)
        elif type(part) is tuple and part[0] == "$" and part[1] == "@":
            _spread([str(value) for value in get("@")], fields)
        else:
            special = type(part) is tuple and part[0] == "*"
            text = _text(part, get)
            fields[-1][0] += text if special else wildcards.quoted(text)
            fields[-1][1] = True
    return fields


def _spread(values, fields):
    """Add values to the last field and those behind it, an argument each."""
    for i, value in enumerate(values):
        if i:
            fields.append(["", False])
        fields[-1][0] += wildcards.quoted(value)
        fields[-1][1] = True


def _split(part, get, fields):
    """Add the output of a command that is not quoted, an argument for each word of it."""
    found = _text(part, get)
    words = found.split()
    if words and found[0].isspace() and fields[-1][0]:
        fields.append(["", False])
    for i, one in enumerate(words):
        if i:
            fields.append(["", False])
        fields[-1][0] += wildcards.quoted(one)
    if words and found[-1].isspace():
        fields.append(["", False])


def _pattern(part, get):
    if type(part) is tuple and part[0] == "*":
        return part[1]
    return wildcards.quoted(_text(part, get))


def _text(part, get):
    """Return the text of a part."""
    if type(part) is str:
        return part
    kind = part[0]
    if kind == "*":
        return part[1]
    if kind == "$":
        return lexer.text(("", part[1]), get)
    if kind == "~":
        home = str(get("HOME"))
        return home.rstrip("/") if part[1] == "/" else home
    if kind == "(":
        if len(part) > 3:
            # It was run before.
            return part[3]
        from upyos.grammar import substitution

        return substitution.output(part[2])
    if kind == "((":
        from upyos.grammar import arithmetic

        return str(arithmetic.value(text(part[1], get), get))
    from upyos.grammar import parameter

    return parameter.text(part, get)

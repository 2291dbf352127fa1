# SPDX-License-Identifier: MIT
"""echo [-n] [-e] [WORD...]

Print the WORDs with one blank between them, none after a WORD that ends in white space.

-n  no newline at the end
-e  \\n \\t \\r \\\\ and \\xHH in the WORDs stand for characters

Options stand before the WORDs; every other word that begins with - is text.
"""


def _unescape(text):
    """Return text with the escapes of -e replaced; an unknown one stays."""
    out = ""
    while "\\" in text:
        before, _, text = text.partition("\\")
        c = text[:1]
        out += before
        if c == "x" and len(text) > 2 and not text[1:3].strip("0123456789abcdefABCDEF"):
            out += chr(int(text[1:3], 16))
            text = text[3:]
        elif c and c in "ntr\\":
            out += "\n\t\r\\"["ntr\\".find(c)]
            text = text[1:]
        else:
            out += "\\"
    return out + text


def _usage():
    from upyos.lib.command import options

    options(["--help"], "ne")


def _joined(args):
    text = ""
    for i, word in enumerate(args):
        text += word
        if i + 1 < len(args) and not word[-1:].isspace():
            text += " "
    return text


def __main__(args):
    end = "\n"
    escapes = False
    first = 0
    for word in args:
        if word == "--help" or word == "--h":
            _usage()
        if word[:1] != "-" or word == "-" or word[1:].strip("ne"):
            break
        first += 1
        escapes = escapes or "e" in word
        if "n" in word:
            end = ""
    args = args[first:]
    text = " ".join(args)
    for i in range(len(args) - 1):
        if args[i][-1:].isspace():
            text = _joined(args)
            break
    print(_unescape(text) if escapes else text, end=end)

# SPDX-License-Identifier: MIT
"""Patterns with * ? [a-z] (POSIX.1-2024 XCU 2.14), for names and words. Pure: runs on CPython too.

A backslash makes the next character literal. The time is at most that of the pattern's length
times the text's, whatever the pattern.
"""

SPECIAL = "*?[\\"


def quoted(text):
    """Return a text as a pattern that only this text fits."""
    if not any([c in text for c in SPECIAL]):
        return text
    return "".join(["\\" + c if c in SPECIAL else c for c in text])


def special(pattern):
    """Tell whether anything in a pattern means more than itself."""
    at = 0
    while at < len(pattern) and pattern[at] not in "*?[":
        at += 1 + (pattern[at] == "\\")
    return at < len(pattern)


def plain(pattern):
    """Return the text of a pattern in which nothing means more than itself."""
    text = ""
    at = 0
    while at < len(pattern):
        at += pattern[at] == "\\"
        text += pattern[at : at + 1]
        at += 1
    return text


def fits(text, pattern):
    """Tell whether all of text fits the pattern."""
    at = place = 0
    # Where to go on when a character does not fit: after the last *, one character later.
    star = again = -1
    while at < len(text):
        after = -1
        if place < len(pattern):
            if pattern[place] == "*":
                star = place = place + 1
                again = at
                continue
            after = _one(text[at], pattern, place)
        if after >= 0:
            at += 1
            place = after
        elif star < 0:
            return False
        else:
            again += 1
            at = again
            place = star
    while place < len(pattern) and pattern[place] == "*":
        place += 1
    return place == len(pattern)


def _one(c, pattern, place):
    """Return the place after what stands in the pattern for one character, -1 if c is not it."""
    p = pattern[place]
    if p == "?":
        return place + 1
    if p == "[":
        end = _end(pattern, place)
        if end > 0:
            return end if _among(c, pattern, place + 1, end - 1) else -1
    elif p == "\\" and place + 1 < len(pattern):
        place += 1
        p = pattern[place]
    return place + 1 if c == p else -1


def _end(pattern, place):
    """Return the place after the ] of the set that begins there, -1 if there is none."""
    end = place + 1
    if pattern[end : end + 1] in ("!", "^"):
        end += 1
    end = pattern.find("]", end + 1)
    return end + 1


def _among(c, pattern, place, end):
    """Tell whether c is in the set between the brackets."""
    negated = pattern[place] in "!^"
    place += negated
    found = False
    while place < end:
        low = high = pattern[place]
        if low == "\\" and place + 1 < end:
            place += 1
            low = high = pattern[place]
        if place + 2 < end and pattern[place + 1] == "-":
            high = pattern[place + 2]
            place += 2
        found = found or low <= c <= high
        place += 1
    return found != negated

# SPDX-License-Identifier: MIT
"""Why something failed, in words."""

# errno, text. The numbers are those of MicroPython's py/mperrno.h; 84 is littlefs' "corrupted".
_REASONS = (
    (1, "not permitted"),
    (2, "no such file or directory"),
    (5, "input/output error"),
    (13, "protected"),
    (16, "busy"),
    (17, "file exists"),
    (19, "no such device"),
    (20, "not a directory"),
    (21, "is a directory"),
    (22, "invalid argument"),
    (27, "file too large"),
    (28, "no space left on device"),
    (32, "connection closed"),
    (30, "read-only file system"),
    (36, "file name too long"),
    (39, "directory not empty"),
    (84, "file system damaged"),
    (95, "not supported"),
    (98, "address in use"),
    (101, "network unreachable"),
    (104, "connection reset"),
    (110, "timed out"),
    (111, "connection refused"),
    (113, "host unreachable"),
)


def reason(exc):
    """Return the text of an exception, by errno for OSError."""
    if isinstance(exc, MemoryError):
        return "out of memory"
    if isinstance(exc, UnicodeError):
        return "not text"
    code = exc.errno if isinstance(exc, OSError) else None
    for number, text in _REASONS:
        if number == code:
            return text
    return "error " + str(code) if isinstance(code, int) else str(exc)

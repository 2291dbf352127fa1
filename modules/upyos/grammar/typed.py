# SPDX-License-Identifier: MIT
"""Typed values on their way out of a program: to a variable, a file, JSON."""

import json

from upyos import console


def to_target(args, value):
    """Obey the redirection in args of a program that was called without the shell.

    Returns True if the value was stored, False after an error line.
    """
    from upyos import variables
    from upyos.lib import paths, reasons

    at = args.index(">>" if ">>" in args else ">")
    target = args[at + 1] if at + 1 < len(args) else ""
    try:
        if "." not in target and "/" not in target:
            if not variables.assign(target, value):
                raise OSError(22)
        else:
            paths.guard(target)
            with open(target, "w" if args[at] == ">" else "a") as file:
                file.write(str(value) + "\n")
        return True
    except OSError as exc:
        console.error(target + ": " + reasons.reason(exc))
        return False


def to_json(value):
    """Return a value as JSON. Raises TypeError for what JSON cannot hold."""
    _check(value)
    return json.dumps(value)


def _check(value):
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError("JSON keys are texts")
            _check(value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item)
    elif value is not None and not isinstance(value, (str, int, float, bool)):
        raise TypeError("not for JSON: " + type(value).__name__)

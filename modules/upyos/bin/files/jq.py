# SPDX-License-Identifier: MIT
"""jq FILE|VAR [PATH]

Print the JSON text of FILE, of the variable VAR (a word without dot and slash, if it is set), or
of standard input for -, indented by 2; with PATH, keys and indices with dots between such as
a.b.0, that part of it. To a variable: the value.

Order, numbers and escapes stay as they are written.

Source: upyOS, named after jq. Not provided: filters.
"""

import io
import json

from upyos.lib import json_text, streams
from upyos.lib.command import fail, operands, options, result, to_variable, write_all


def _show(stream, wanted):
    """Print the part wanted of the text in a stream, or hand its value over."""
    part = io.BytesIO()
    # all is checked before anything is printed; no token has a line break in it
    for token in json_text.select(json_text.tokens(stream), wanted):
        part.write(token)
        part.write(b"\n")
    part.seek(0)
    if to_variable():
        result(json.load(part))
    else:
        write_all(json_text.indented(line[:-1] for line in part))


def _variable(name):
    """Return the JSON text of a variable as a binary stream; None if name is not a set one."""
    if name == "-" or "." in name or "/" in name:
        return None
    from utls import getenv

    value = getenv(name)
    if value == "":
        return None
    return io.BytesIO((value if isinstance(value, str) else json.dumps(value)).encode())


def __main__(args):
    names = options(args, "")[1]
    operands(names, 1, 2)
    name = names[0]
    path = names[1] if len(names) > 1 else ""
    wanted = path.split(".") if path else ()
    try:
        text = _variable(name)
        if text:
            return _show(text, wanted)
        return streams.each((name,), lambda stream, _: _show(stream, wanted))
    except KeyError:
        return fail(path, "no such path in " + name)
    except ValueError:
        return fail(name, "not JSON")
    except RuntimeError:
        return fail(name, "nested too deeply")

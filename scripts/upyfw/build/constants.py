# SPDX-License-Identifier: MIT
"""Constants that device modules share, put in place before they are compiled.

On the device a name in another module takes memory and a look-up. So what
`from upyos.lib.codes import _AMP` names becomes `_AMP = const(2)` where it stands, which mpy-cross
puts into the code; and the import of const(), which it knows by itself, goes.
"""

import ast
from functools import cache
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO

CODES = REPO / "modules" / "upyos" / "lib" / "codes.py"
MODULE = "upyos.lib.codes"


def put_in_place(path: Path) -> bytes:
    """Return the source of a module of ours as it is compiled; another one's is as it stands.

    Lines keep their numbers. Raises UpyfwError for a constant that there is not.
    """
    source = path.read_bytes()
    if REPO not in path.parents or b" import " not in source:
        return source
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        # the compiler says what is wrong
        return source
    lines = source.decode().splitlines(True)
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module in (MODULE, "micropython"):
            text = _replacement(node, path)
            if text is not None:
                lines[node.lineno - 1 : node.end_lineno] = [text + "\n"]
                lines[node.lineno : node.lineno] = ["\n"] * (node.end_lineno - node.lineno)
    return "".join(lines).encode()


def _replacement(node: ast.ImportFrom, path: Path) -> str | None:
    """Return what stands in an import's place, None if it stays."""
    names = [alias.name for alias in node.names]
    if node.module == "micropython":
        return "" if names == ["const"] else None
    known = _known()
    for name in names:
        if name not in known:
            raise UpyfwError(f"{path.name}: {MODULE} has no {name}", status=2)
    return "; ".join(f"{name} = const({known[name]})" for name in names)


@cache
def _known() -> dict[str, str]:
    """Return {name: value as it is written} of the constants that are shared."""
    found = {}
    for node in ast.parse(CODES.read_bytes()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            found[node.targets[0].id] = ast.unparse(node.value.args[0])
    return found

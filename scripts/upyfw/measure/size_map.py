# SPDX-License-Identifier: MIT
"""The size report as a treemap: what it shows, and the form for a terminal."""

from itertools import groupby

from rich.console import Console
from rich.style import Style
from rich.text import Text

from upyfw.measure.size import Report
from upyfw.measure.treemap import Node, Rect, group, layout

# of what is not code that is frozen; groups of frozen modules get the others in turn
_FIXED = {"C code": "#33658a", "file system": "#7d5ba6", "free": "#e8ecef"}
_IN_TURN = (
    *("#0b7285", "#e8a33d", "#2f9e44", "#c2255c", "#66d9e8", "#d9480f"),
    *("#a9e34b", "#ae3ec9", "#5c7cfa", "#ffd43b", "#099268", "#faa2c1"),
    *("#1864ab", "#f08c00", "#74b816", "#862e9c", "#96f2d7", "#e03131"),
    *("#364fc7", "#d0bfff", "#8c6239", "#15aabf", "#f783ac", "#495057"),
    *("#0a9396", "#bc6c25"),
)
_SHARED = "frozen: shared names and tables"
_LIGHT = "#ffffff"
_DARK = "#1f2933"
# lines of a terminal; a cell is about twice as high as wide
_ROWS = 18
_CELL_RATIO = 2


def tree(report: Report, with_modules: bool) -> Node:
    """Return the flash of a build as a tree, without its modules down to their folders."""
    frozen = group("frozen", "frozen", [*_folders(report, with_modules), _shared(report)])
    program = [Node("C code", report.c_bytes, "C code"), frozen]
    if report.left_bytes is not None:
        program.append(Node("free for firmware", report.left_bytes, "free"))
    parts = [group("firmware", "firmware", program)]
    if report.fs_bytes is not None:
        used = Node("file system", report.fs_used_bytes, "file system")
        free_bytes = report.fs_bytes - report.fs_used_bytes
        free = Node("free for files", free_bytes, "free")
        parts.append(group("littlefs", "littlefs", [used, free]))
    return group(report.board, "flash", parts)


def _shared(report: Report) -> Node:
    return Node(_SHARED, report.shared_bytes, _SHARED)


def _folders(report: Report, with_modules: bool) -> list[Node]:
    """Return a node for each folder of frozen modules."""
    found = []
    for folder, paths in groupby(sorted(report.modules, key=_folder_order), key=_folder):
        kind = f"frozen: {folder or 'top level'}"
        modules = [Node(path, report.modules[path], kind) for path in paths]
        whole = group(kind, kind, modules)
        found.append(whole if with_modules else Node(kind, whole.size_bytes, kind))
    return found


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _folder_order(path: str) -> tuple[str, str]:
    return (_folder(path), path)


def kinds(root: Node) -> dict[str, int]:
    """Return {kind: bytes} of what a tree is made of at its ends, largest first."""
    total: dict[str, int] = {}
    for node, _ in layout(root, Rect(0, 0, 1, 1)):
        total[node.kind] = total.get(node.kind, 0) + node.size_bytes
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def colours(root: Node) -> dict[str, str]:
    """Return {kind: colour}, "#rrggbb"."""
    turns = (kind for kind in sorted(kinds(root)) if kind not in _FIXED)
    chosen = {kind: _IN_TURN[i % len(_IN_TURN)] for i, kind in enumerate(turns)}
    return _FIXED | chosen


def ink(colour: str) -> str:
    """Return the colour of text that can be read on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    # luma; ITU-R BT.601
    return _DARK if 299 * red + 587 * green + 114 * blue > 150_000 else _LIGHT


def show(report: Report, console: Console) -> None:
    """Print the map, as wide as the console, and what its colours mean."""
    root = tree(report, with_modules=False)
    width = min(console.width, 120)
    console.print(_drawn(root, width), end="", soft_wrap=True)
    chosen = colours(root)
    for kind, size_bytes in kinds(root).items():
        line = Text("  ", style=Style(bgcolor=chosen[kind]))
        console.print(line.append(f" {kind} {size_bytes:,} B", style=Style.null()))


def _drawn(root: Node, width: int) -> Text:
    """Draw the map into lines of cells."""
    cells: list[list[tuple[str, str]]] = [[(" ", "free")] * width for _ in range(_ROWS)]
    for node, rect in layout(root, Rect(0, 0, width, _ROWS * _CELL_RATIO)):
        _fill(cells, node, rect)
    chosen = colours(root)
    text = Text()
    for row in cells:
        for kind, run in groupby(row, key=lambda cell: cell[1]):
            style = Style(color=ink(chosen[kind]), bgcolor=chosen[kind])
            text.append("".join(char for char, _ in run), style=style)
        text.append("\n")
    return text


def _fill(cells: list[list[tuple[str, str]]], node: Node, rect: Rect) -> None:
    """Fill the cells of one part, a bar at its left and its name in its first line."""
    left, right = round(rect.x), round(rect.x + rect.width)
    top = round(rect.y / _CELL_RATIO)
    bottom = round((rect.y + rect.height) / _CELL_RATIO)
    room = right - left - 1
    lines = [node.name.removeprefix("frozen: "), f"{node.size_bytes:,}"]
    for i, row in enumerate(cells[top:bottom]):
        label = lines[i] if i < len(lines) and len(lines[i]) <= room else ""
        if room >= 0:
            row[left:right] = [(char, node.kind) for char in "▏" + label.ljust(room)]

# SPDX-License-Identifier: MIT
"""The size report as a drawing: one SVG, or one HTML page that holds it; nothing is loaded."""

from html import escape

from upyfw.measure import size_map
from upyfw.measure.size import Report
from upyfw.measure.size_report import lines
from upyfw.measure.treemap import Node, Rect, layout

WIDTH = 1200
_HEIGHT = 640
_LEGEND_LINE = 22
_LEGEND_COLUMN = 400
_COLUMNS = WIDTH // _LEGEND_COLUMN
_MARGIN = 8
_FONT = 12
# readable when the drawing is enlarged
_SMALLEST_FONT = 5
# of a sans-serif letter on average, as a share of its height
_LETTER_RATIO = 0.62


def svg(report: Report) -> str:
    """Return the treemap with every frozen module; a part's name and size show under the mouse."""
    root = size_map.tree(report, with_modules=True)
    chosen = size_map.colours(root)
    kinds = size_map.kinds(root)
    height = _HEIGHT + _MARGIN + _LEGEND_LINE * -(-len(kinds) // _COLUMNS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="{_FONT}">\n',
        f"<title>{escape(report.board)}: what takes the room in its flash</title>\n",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n',
    ]
    parts += [
        _part(node, rect, chosen[node.kind])
        for node, rect in layout(root, Rect(0, 0, WIDTH, _HEIGHT))
    ]
    parts += [_legend(i, kind, kinds[kind], chosen[kind]) for i, kind in enumerate(kinds)]
    return "".join(parts) + "</svg>\n"


def _part(node: Node, rect: Rect, colour: str) -> str:
    whole = f"{node.name}: {node.size_bytes:,} B"
    shape = (
        f'<rect x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" '
        f'height="{rect.height:.1f}" fill="{colour}" stroke="#ffffff"/>'
    )
    label = node.name.rpartition("/")[2].removesuffix(".py")
    font = min(_FONT, (rect.width - 4) / len(label) / _LETTER_RATIO, rect.height - 4)
    text = ""
    if font >= _SMALLEST_FONT:
        text = _text(rect.x + 2, rect.y + font + 1, label, size_map.ink(colour), font)
    return f"<g><title>{escape(whole)}</title>{shape}{text}</g>\n"


def _legend(i: int, kind: str, size_bytes: int, colour: str) -> str:
    x = i % _COLUMNS * _LEGEND_COLUMN
    y = _HEIGHT + _MARGIN + i // _COLUMNS * _LEGEND_LINE
    box = f'<rect x="{x}" y="{y}" width="14" height="14" fill="{colour}" stroke="#9aa5b1"/>'
    return box + _text(x + 20, y + _FONT, f"{kind}: {size_bytes:,} B", "#1f2933") + "\n"


def _text(x: float, y: float, text: str, colour: str, font: float = _FONT) -> str:
    shape = f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{font:.1f}">'
    return f"{shape}{escape(text)}</text>"


def html(report: Report) -> str:
    """Return a page with the treemap, the short report and a table of every frozen module."""
    rows = "".join(
        f"<tr><td>{escape(path)}</td><td>{size_bytes:,}</td></tr>\n"
        for path, size_bytes in report.modules.items()
    )
    short = "".join(f"<li>{escape(line)}</li>\n" for line in lines(report))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(report.board)}: sizes</title>
<style>
body {{ font-family: sans-serif; max-width: {WIDTH}px; margin: 1em auto; padding: 0 1em }}
svg {{ width: 100%; height: auto }}
td {{ padding: 0 1em 0 0 }}
td + td {{ text-align: right }}
</style></head><body>
<h1>{escape(report.board)}: what takes the room</h1>
<ul>
{short}</ul>
{svg(report)}
<h2>Frozen modules, bytes</h2>
<table>
{rows}</table>
</body></html>
"""

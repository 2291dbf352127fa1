# SPDX-License-Identifier: MIT
"""The figures of a bench run as one SVG for the README."""

import math
from html import escape

from upyfw.measure.bench_report import ORIGINAL, Bench, taken_bytes

WIDTH = 760
_LEFT = 190
_RIGHT = 90
_BAR = 14
_GAP = 5
_INK = "#1f2933"
_COLOURS = {"bare": "#9aa5b1", "upyOS": "#0b7285", "original": "#e8a33d"}
_DECADE_MS = 0.5

Bar = tuple[str, str, float, str]


def svg(bench: Bench) -> str:
    """Draw start, heap and commands, each as horizontal bars; times on a logarithmic scale."""
    parts: list[str] = [_legend()]
    y = 44
    for title, bars, scale in _sections(bench):
        parts.append(_text(10, y + 12, title, bold=True))
        y += 24
        for label, kind, value, text in bars:
            parts.append(_bar(y, label, kind, scale(value), text))
            y += _BAR + _GAP
        y += 16
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
    head += f'viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="12">\n'
    back = f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>\n'
    return head + back + "".join(parts) + "</svg>\n"


def _sections(bench: Bench) -> list[tuple]:
    boot = [("", kind, f.boot_ms, f"{f.boot_ms:.0f} ms") for kind, f in _three(bench)]
    kinds = ("upyOS", "original")
    taken = zip(kinds, taken_bytes(bench), strict=True)
    heap = [("", kind, size, f"{size:,} B") for kind, size in taken]
    most = max(value for _, _, value, _ in heap)
    return [
        ("Reset to prompt", _named(boot), lambda value: value / ORIGINAL.boot_ms),
        ("Heap taken at the prompt", _named(heap), lambda value: max(value, 0) / most),
        ("Commands (logarithmic)", _command_bars(bench), _decades),
    ]


def _three(bench: Bench) -> list[tuple]:
    return [("bare", bench.bare), ("upyOS", bench.upyos), ("original", ORIGINAL)]


def _named(bars: list[Bar]) -> list[Bar]:
    return [(kind, kind, value, text) for _, kind, value, text in bars]


def _command_bars(bench: Bench) -> list[Bar]:
    bars: list[Bar] = []
    for name, figures in bench.upyos.commands.items():
        bars.append((name, "upyOS", figures.ms, f"{figures.ms:.1f} ms"))
        if beside := bench.bare.commands.get(name):
            bars.append(("", "bare", beside.ms, f"{beside.ms:.1f} ms"))
        if before := ORIGINAL.commands.get(name):
            bars.append(("", "original", before.ms, f"{before.ms:.0f} ms"))
    return bars


def _decades(value_ms: float) -> float:
    """Share of the width on a scale from 0.5 to 2000 ms."""
    return math.log10(max(value_ms, _DECADE_MS) / _DECADE_MS) / math.log10(2000 / _DECADE_MS)


def _bar(y: int, label: str, kind: str, share: float, text: str) -> str:
    room = WIDTH - _LEFT - _RIGHT
    width = max(2, round(min(share, 1) * room))
    return (
        _text(_LEFT - 8, y + 11, label, anchor="end")
        + f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}" fill="{_COLOURS[kind]}"/>\n'
        + _text(_LEFT + width + 6, y + 11, text)
    )


def _text(x: int, y: int, text: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    shape = f'<text x="{x}" y="{y}" fill="{_INK}" text-anchor="{anchor}"{weight}>'
    return f"{shape}{escape(text)}</text>\n" if text else ""


def _legend() -> str:
    names = {"bare": "bare MicroPython", "upyOS": "upyOS firmware", "original": "original upyOS"}
    parts = []
    for x, (kind, name) in zip((10, 190, 360), names.items(), strict=True):
        parts.append(f'<rect x="{x}" y="12" width="14" height="14" fill="{_COLOURS[kind]}"/>\n')
        parts.append(_text(x + 20, 23, name))
    return "".join(parts)

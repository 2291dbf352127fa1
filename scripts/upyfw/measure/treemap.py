# SPDX-License-Identifier: MIT
"""A treemap: rectangles whose areas are sizes, inside each other as the parts are.

Source of the layout: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A part and what it is made of; size in bytes. kind chooses the colour of a part."""

    name: str
    size_bytes: int
    kind: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Rect:
    """A rectangle; units are those of the rectangle that layout() was given."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Width times height."""
        return self.width * self.height


def group(name: str, kind: str, children: list[Node]) -> Node:
    """Return a node of the children that have a size, largest first."""
    found = sorted((child for child in children if child.size_bytes > 0), key=_order)
    return Node(name, sum(child.size_bytes for child in found), kind, tuple(found))


def _order(node: Node) -> tuple[int, str]:
    return (-node.size_bytes, node.name)


def layout(node: Node, rect: Rect) -> Iterator[tuple[Node, Rect]]:
    """Yield every node that has no children, with its rectangle; together they fill rect."""
    if not node.children:
        yield node, rect
        return
    left = list(node.children)
    while left:
        is_wide = rect.width >= rect.height
        row, left = _row(left, rect)
        strip, rect = _split(rect, is_wide, _size(row) / (_size(row) + _size(left)))
        done = 0
        for child in row:
            part, strip = _split(strip, not is_wide, child.size_bytes / (_size(row) - done))
            done += child.size_bytes
            yield from layout(child, part)


def _size(nodes: list[Node]) -> int:
    return sum(node.size_bytes for node in nodes)


def _row(nodes: list[Node], rect: Rect) -> tuple[list[Node], list[Node]]:
    """Return the nodes that go side by side along the shorter side, and those left."""
    scale = rect.area / _size(nodes)
    side = min(rect.width, rect.height)
    count = 1
    while count < len(nodes):
        now, more = nodes[:count], nodes[: count + 1]
        if _worst(more, scale, side) > _worst(now, scale, side):
            break
        count += 1
    return nodes[:count], nodes[count:]


def _worst(nodes: list[Node], scale: float, side: float) -> float:
    """Return the largest ratio of the sides of a rectangle in a row along side; 1 is a square."""
    thickness = _size(nodes) * scale / side
    if thickness == 0:
        return float("inf")
    lengths = [node.size_bytes * scale / thickness for node in nodes]
    return max(max(length / thickness, thickness / length) for length in lengths)


def _split(rect: Rect, is_wide: bool, share: float) -> tuple[Rect, Rect]:
    """Cut a share off the left (is_wide) or the top of a rectangle; returns it and the rest."""
    if is_wide:
        width = rect.width * share
        rest = Rect(rect.x + width, rect.y, rect.width - width, rect.height)
        return Rect(rect.x, rect.y, width, rect.height), rest
    height = rect.height * share
    rest = Rect(rect.x, rect.y + height, rect.width, rect.height - height)
    return Rect(rect.x, rect.y, rect.width, height), rest

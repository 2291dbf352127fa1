# SPDX-License-Identifier: MIT
"""The size report as a treemap: on a terminal, as SVG and as a page."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from upyfw import cli
from upyfw.build import firmware
from upyfw.measure import size, size_map, size_svg
from upyfw.measure.treemap import Node, Rect, group, layout

SVG = "{http://www.w3.org/2000/svg}"
REPORT = size.Report(
    board="TEST",
    flash_bytes=3000,
    region_bytes=4096,
    modules={"upyos/shell.py": 900, "upyos/bin/files/ls.py": 80, "main.py": 20},
    shared_bytes=100,
    ram_static_bytes=0,
    heap_bytes=None,
    fs_bytes=8192,
    fs_used_bytes=4096,
)

leaves = st.builds(Node, st.just("leaf"), st.integers(1, 10**6), st.just("kind"))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, min_size=1, max_size=6).map(lambda c: group("g", "g", c))
)


@given(trees, st.floats(1, 200), st.floats(1, 200))
def test_areas_are_sizes_and_fill_the_rectangle(root, width, height):
    whole = Rect(0, 0, width, height)
    found = list(layout(root, whole))
    for node, rect in found:
        assert rect.area == pytest.approx(whole.area * node.size_bytes / root.size_bytes, rel=1e-6)
        assert -1e-6 <= rect.x <= rect.x + rect.width <= width + 1e-6
        assert -1e-6 <= rect.y <= rect.y + rect.height <= height + 1e-6
    for i, (_, one) in enumerate(found):
        for _, other in found[i + 1 :]:
            assert _overlap(one, other) < 1e-6 * whole.area


def _overlap(one: Rect, other: Rect) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(width, 0) * max(height, 0)


def test_equal_parts_are_about_square():
    root = group("g", "g", [Node(str(i), 100, "k") for i in range(12)])
    for _, rect in layout(root, Rect(0, 0, 40, 30)):
        assert 0.5 <= rect.width / rect.height <= 2


def test_what_has_no_size_is_left_out():
    assert group("g", "g", [Node("a", 0, "k"), Node("b", 1, "k")]).children == (Node("b", 1, "k"),)


@pytest.mark.parametrize("with_modules", [False, True])
def test_the_tree_is_the_whole_flash(with_modules):
    root = size_map.tree(REPORT, with_modules)
    assert root.size_bytes == REPORT.region_bytes + REPORT.fs_bytes
    assert size_map.kinds(root) == {
        "free": 4096 + 1096,
        "file system": 4096,
        "C code": 1900,
        "frozen: upyos": 900,
        "frozen: shared names and tables": 100,
        "frozen: upyos/bin/files": 80,
        "frozen: top level": 20,
    }


def test_every_kind_has_a_colour_of_its_own():
    report = size.of_build(firmware.build("RPI_PICO"))
    root = size_map.tree(report, with_modules=True)
    chosen = [size_map.colours(root)[kind] for kind in size_map.kinds(root)]
    assert len(set(chosen)) == len(chosen) > 8


def test_on_a_terminal():
    console = Console(force_terminal=True, width=100, record=True, color_system="truecolor")
    size_map.show(REPORT, console)
    lines = console.export_text(styles=False).splitlines()
    drawn, legend = lines[:18], lines[18:]
    assert all(len(line) == 100 for line in drawn)
    assert "▏free for files" in "".join(drawn)
    assert "▏C code" in "".join(drawn)
    assert legend[0] == "   free 5,192 B"
    assert len(legend) == 7


def test_a_pipe_gets_no_map(capsys):
    firmware.build("RPI_PICO")
    assert cli.run(["size"]) == 0
    assert "▏" not in capsys.readouterr().out


def test_svg_has_every_module():
    root = ET.fromstring(size_svg.svg(REPORT))
    titles = [title.text for title in root.iter(f"{SVG}title")]
    for path, size_bytes in REPORT.modules.items():
        assert f"{path}: {size_bytes:,} B" in titles
    assert "C code: 1,900 B" in titles
    assert "free for firmware: 1,096 B" in titles
    shapes = [part.find(f"{SVG}rect") for part in root.iter(f"{SVG}g")]
    areas = sum(float(s.get("width")) * float(s.get("height")) for s in shapes)
    assert areas == pytest.approx(1200 * 640, rel=0.01)


class Links(HTMLParser):
    """Everything a page would load, and the nesting of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "data")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone(tmp_path, capsys):
    firmware.build("UNIX")
    page, svg = tmp_path / "size.html", tmp_path / "size.svg"
    assert cli.run(["size", "UNIX", "--html", str(page), "--svg", str(svg)]) == 0
    links = Links()
    links.feed(page.read_text())
    assert (links.found, links.open) == ([], [])
    assert svg.read_text() in page.read_text()
    assert "<td>upyos/shell.py</td>" in page.read_text()


def test_a_place_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "size.svg"
    assert cli.run(["size", "UNIX", "--svg", str(path)]) == 1
    assert f"upyfw: {path}: cannot be written: " in capsys.readouterr().err

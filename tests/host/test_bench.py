# SPDX-License-Identifier: MIT
"""The figures of a bench run come out as table, text, JSON and picture."""

import json
import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from upyfw.measure import (
    bench,
    bench_cache,
    bench_chart,
    bench_flash,
    bench_jobs,
    bench_lines,
    bench_report,
    bench_upgrade,
)
from upyfw.measure.bench_cache import CacheFigures
from upyfw.measure.bench_report import (
    ORIGINAL,
    Bench,
    CommandFigures,
    Figures,
    ProfileFigures,
    SingleFigures,
    SwapFigures,
    UpgradeFigures,
)
from upyfw.measure.bench_stack import Stack
from upyfw.measure.size import Report

COMMANDS = {name: CommandFigures(2.5, 0) for name in bench_jobs.COMMANDS}
RUN = Bench(
    "RPI_PICO",
    "9.9",
    Figures(3.6, 242_032, 241_664, {"pwd": CommandFigures(0.76)}),
    Figures(
        96.6, 235_440, 209_248, COMMANDS, 16, 200_000, {"ls": CacheFigures(14.25, 10.99)}, 400.4
    ),
    {"help texts": 7_000, "frozen system": 87_000},
    {
        "ls": SingleFigures("files", True, 1_196, 8.66, 4_768, "ls /t/sub"),
        "kill": SingleFigures("process", False, 300),
        "tr": SingleFigures("text", True, 200, 3.0, 992, "tr a|b"),
    },
    {"RPI_PICO/tiny": ProfileFigures(370_000, 90_000, 250_000, 40.0, 239_000, 230_000)},
    {"pwd": 2_400},
    None,
    UpgradeFigures(
        700_000,
        {
            "USB network": {"download": 10.62, "swap": 20.31},
            "serial console": {"download": 18.22, "swap": 20.31},
        },
    ),
    [SwapFigures(600_000, 1.0, 18.0, 16.5)],
)


def _sizes(modules: dict[str, int], shared_bytes: int) -> Report:
    return Report("B", 0, None, modules, shared_bytes, 0, None, None, None)


def test_firmware_rows():
    rows = {row[0].strip(): row[1:] for row in bench_report.rows_of_firmware(RUN)}
    assert rows["reset to prompt, busy"] == ("3.6 ms", "96.6 ms", "1454.0 ms")
    assert rows["less than the bare prompt"] == ("–", "6,592 B", "17,360 B")
    assert rows["largest free block"] == ("241,664 B", "209,248 B", "–")


def test_command_rows_have_the_original_beside_them():
    rows = {row[0]: row[1:] for row in bench_report.rows_of_commands(RUN)}
    assert rows["pwd"] == ("2.50 ms", "0 B", "0.76 ms", "31.4 ms", "12.6")
    assert rows["mv"] == ("2.50 ms", "0 B", "–", "–", "–")
    assert set(ORIGINAL.commands) <= set(rows)


def test_the_lines_of_the_original_are_all_typed_here():
    lines = bench_jobs.ORIGINAL["lines_ms"]
    assert len(lines) == 23
    assert set(lines) <= set(bench_jobs.COMMANDS.values())
    assert sorted(bench_jobs.original_ms().values()) == sorted(lines.values())


def test_lines_that_go_once_are_taken_back():
    lines = set(bench_jobs.COMMANDS.values())
    assert set(bench_jobs.UNDO) <= lines
    assert set(bench_jobs.BARE) <= set(bench_jobs.COMMANDS)


def test_the_mean_is_that_of_all_commands_of_the_original():
    factors = [before.ms / 2.5 for before in ORIGINAL.commands.values()]
    mean = math.prod(factors) ** (1 / len(factors))
    assert bench_report.rows_of_commands(RUN)[-1] == (
        "geometric mean",
        "",
        "",
        "",
        "",
        f"{mean:.1f}",
    )
    few = Bench("B", "1", RUN.bare, Figures(1, 1, 1, {"pwd": CommandFigures(62.82)}))
    assert bench_report.speed_ups(few) == {"pwd": 0.5}


def test_rows_of_single_commands():
    assert bench_report.rows_of_single(RUN) == [
        ("ls", "files", "1,196 B", "8.7 ms", "4,768 B", "ls /t/sub"),
        ("kill", "process", "300 B (file)", "–", "–", "–"),
        ("tr", "text", "200 B", "3.0 ms", "992 B", "tr a|b"),
    ]


def test_rows_of_profiles():
    sizes = ("370,000 B", "90,000 B", "250,000 B")
    rows = [("RPI_PICO/tiny", *sizes, "40.0 ms", "239,000 B", "230,000 B")]
    assert bench_report.rows_of_profiles(RUN) == rows


def test_stack_rows():
    assert bench_report.rows_of_stack(RUN) == [("pwd", "2,400 B")]


def test_upgrade_rows_end_with_the_sum():
    rows = [
        ("image", "700,000 B", "700,000 B"),
        ("download", "10.62 s", "18.22 s"),
        ("swap", "20.31 s", "20.31 s"),
        ("all of it", "30.93 s", "38.53 s"),
    ]
    assert bench_report.rows_of_upgrade(RUN) == rows
    ways = {"serial console": RUN.upgrade.ways["serial console"]}
    serial = replace(RUN, upgrade=UpgradeFigures(700_000, ways))
    cells = [(row[0], "–", row[2]) for row in rows[1:]]
    assert bench_report.rows_of_upgrade(serial)[1:] == cells


def test_swap_rows_have_the_sum_of_the_flash_operations_beside_the_time():
    assert bench_report.rows_of_swap(RUN) == [("two of 600,000 B", "18.0 s", "16.5 s", "1.09")]


@pytest.mark.parametrize(
    ("version", "higher"), [("0.2.0", "0.2.1"), ("1.9.9", "2.0.0"), ("2.10.0", "2.10.1")]
)
def test_the_newer_version_is_as_long(version, higher):
    assert bench_upgrade.newer(version) == higher


def test_a_version_of_nines_has_no_higher_one_as_long():
    with pytest.raises(ValueError, match="9.9.9: no higher version"):
        bench_upgrade.newer("9.9.9")


def test_the_stack_is_as_deep_as_its_lowest_change():
    stack = Stack(0x20000000, 8)
    assert stack.depth_bytes(b"abcdefgh", b"abcXefgX") == 5
    assert stack.depth_bytes(b"abcdefgh", b"abcdefgh") == 0


def test_cache_rows():
    assert bench_report.rows_of_cache(RUN) == [("ls", "14.25 ms", "10.99 ms")]


def test_cache_lines_are_typed_without_and_with_it():
    typed = []
    figures = bench_cache.measure(lambda line: typed.append(line) or float(len(typed)))
    switches = [line for line in typed if "cache_enabled" in line]
    assert [line.split()[-1] for line in switches] == ["False", "True", "False"]
    switched_on = typed.index(switches[1])
    for name, line in bench_cache.LINES.items():
        off, on = (int(ms) - 1 for ms in (figures[name].off_ms, figures[name].on_ms))
        assert (typed[off], typed[on]) == (line, line)
        assert off < switched_on < on


def test_markdown_holds_every_row():
    text = bench_report.markdown(RUN)
    for rows, _ in bench_report._HEADS:
        for row in rows(RUN):
            assert "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" in text


def test_json_has_the_original_and_no_figure_that_was_not_measured():
    data = json.loads(bench_report.as_json(RUN))
    assert data["upyos"]["commands"]["pwd"] == {"ms": 2.5, "left_bytes": 0}
    assert data["original"]["commands"]["pwd"] == {"ms": 31.41, "left_bytes": None}


def test_chart_is_svg_with_a_bar_per_figure():
    root = ElementTree.fromstring(bench_chart.svg(RUN))
    bars = [e for e in root.iter("{http://www.w3.org/2000/svg}rect") if e.get("x") == "190"]
    legend = 1
    bare = 1
    assert len(bars) == 3 + 2 + bare + len(COMMANDS) + len(ORIGINAL.commands) + legend


@pytest.mark.parametrize("value_ms", [0.0, 0.5, 30.0, 2000.0, 9000.0])
def test_bars_stay_inside(value_ms):
    run = Bench("B", "1", Figures(1, 1), Figures(1, 1, 1, {"x": CommandFigures(value_ms, 0)}))
    root = ElementTree.fromstring(bench_chart.svg(run))
    widths = [int(e.get("width")) for e in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert max(widths[1:]) <= bench_chart.WIDTH - 190


def test_heap_figures_are_of_the_right_firmware(tmp_path):
    files = bench._files()
    assert len([path for path in files if path.startswith("/b/many/")]) == 73
    assert len(files["/b/text"]) == 4096


def test_flash_by_group_adds_up(tmp_path):
    modules = {"upyos/bin/files/ls.py": 5, "upyos/made/help_files.py": 7, "upyos/shell.py": 11}
    modules |= {"asyncio/core.py": 13, "sdata.py": 17}
    modules |= {"upyos/bin/network/ping.py": 23, "upyos/svc/ftp.py": 29, "edit/keys.py": 31}
    folder = tmp_path / "edit"
    folder.mkdir()
    bare = _sizes({"asyncio/core.py": 13}, 2)
    found = bench_flash.groups(_sizes(modules, 19), bare, tmp_path)
    assert found["commands: files"] == 5
    assert found["kernel and shell"] == 11
    assert found["modules for programs, start"] == 17
    assert found["libraries"] == 31
    assert found["frozen system"] == 5 + 7 + 11 + 17 + 19 + 23 + 29 + 31 - 2
    *parts, total, local = found.values()
    assert sum(parts) == total
    assert local == total - 23 - 29


def test_every_command_with_a_check_has_a_line():
    lines = bench_lines.by_command()
    assert lines["cat"].text == "cat /t/a.txt"
    assert lines["cat"].files["/t/a.txt"]
    assert len(lines) > 30
    assert {line.status for line in lines.values()} == {0}


def test_different_lines_differ_and_hold_no_python():
    lines = bench_lines.different(200)
    assert len({line.text for line in lines}) == len(lines) == 200
    assert len({line.name for line in lines}) > 40
    assert not any(line.text.startswith(("< ", "> ")) for line in lines)


def test_checks_are_read(tmp_path):
    (tmp_path / "ls.toml").write_text(
        '[files]\n"/a" = "x"\n'
        '[[check]]\nid = "1"\ncmd = "ls | cat"\nbefore = "pwd"\ndir = "/t"\n'
        '[[check]]\nid = "2"\ncmd = "ls -z"\nusage = true\n'
        '[[check]]\nid = "3"\ncmd = "ls"\nkeys = ["y"]\n'
        '[[check]]\nid = "4"\ncmd = "ls"\nneeds = ["flash"]\n'
        '[[check]]\nid = "5"\ncmd = "ls"\nneeds = ["flash", "reset"]\n'
    )
    first, second, third = bench_lines.of_cases(tmp_path)
    assert first == bench_lines.Line("ls", "ls | cat", ("pwd",), "/t", 0, {"/a": "x"})
    assert (second.text, second.status) == ("ls -z", 2)
    assert [line.is_simple for line in (first, second, third)] == [False, True, True]

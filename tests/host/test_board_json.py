# SPDX-License-Identifier: MIT
"""board.json: the keys and the words that MicroPython's own have."""

import json

import pytest
from upyfw import cli
from upyfw.board import board_json, boards
from upyfw.source import sources

_PORTS = ("rp2", "esp32", "esp8266")
BOARDS = [name for name in boards.names() if boards.load(name).port != "unix"]


@pytest.fixture(scope="module")
def upstream() -> dict[str, dict]:
    """{board: its board.json} of the ports that we have."""
    ports = sources.prepare_micropython("unix").micropython / "ports"
    paths = [path for port in _PORTS for path in ports.glob(f"{port}/boards/*/board.json")]
    return {path.parent.name: json.loads(path.read_text()) for path in paths}


@pytest.mark.parametrize("name", BOARDS)
def test_it_is_like_those_of_micropython(name, upstream):
    board = boards.load(name)
    made = json.loads(board_json.text(board))
    assert set(made) <= {key for known in upstream.values() for key in known}
    words = {word for known in upstream.values() for word in known["features"]}
    assert set(made["features"]) <= words
    if board.upstream in upstream:
        theirs = upstream[board.upstream]
        assert made["mcu"] == theirs["mcu"]
        offset = theirs.get("deploy_options", {}).get("flash_offset", "0")
        assert int(made.get("deploy_options", {}).get("flash_offset", "0"), 0) == int(offset, 0)


def test_the_tool_prints_it(capsys):
    assert cli.run(["boards", "--board-json", "ESP32_GENERIC_S3"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["features"] == [
        "BLE",
        "Dual-core",
        "External Flash",
        "External RAM",
        "RGB LED",
        "WiFi",
    ]
    assert (made["vendor"], made["product"]) == ("VCC-GND Studio", "YD-ESP32-S3")

# SPDX-License-Identifier: MIT
"""upyos_port of the ports that cannot be run here, on CPython with a made-up chip."""

import importlib.util
import sys
import types

import pytest
from casefile import TREE

KEPT = ("machine", "micropython", "_upyos", "esp32", "gc", "upyos_port")


class Timer:
    """A hardware timer of which there are so many."""

    ONE_SHOT = 0
    count = 4

    def __init__(self, number: int) -> None:
        if number >= Timer.count:
            raise ValueError("invalid Timer number")
        self.number = number

    def init(self, **options) -> None:
        self.options = options


@pytest.fixture
def chip(monkeypatch):
    """Make the modules of a port importable; returns what loads its upyos_port."""
    for name in KEPT:
        monkeypatch.delitem(sys.modules, name, raising=False)
    machine = types.ModuleType("machine")
    machine.Timer = Timer
    machine.mem32 = {}
    monkeypatch.setattr(Timer, "count", 4)
    upyos = types.ModuleType("_upyos")
    upyos.headroom = upyos.on_tick = lambda *args: None
    micropython = types.ModuleType("micropython")
    micropython.const = lambda value: value
    collector = types.ModuleType("gc")
    collector.threshold = lambda *_: None
    collector.mem_free = collector.mem_alloc = lambda: 0
    for module in (machine, upyos, micropython, collector, types.ModuleType("esp32")):
        monkeypatch.setitem(sys.modules, module.__name__, module)

    def load(port: str) -> types.ModuleType:
        path = TREE / "ports" / port / "upyos_port.py"
        spec = importlib.util.spec_from_file_location("upyos_port", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.mark.parametrize("count", [2, 4])
def test_an_esp32_leaves_the_first_timer_to_programs(chip, count):
    Timer.count = count
    found = chip("esp32").once(100, print)
    assert found.number == count - 1
    assert found.options == {"mode": Timer.ONE_SHOT, "period": 100, "callback": print}


@pytest.mark.parametrize(("measured", "told"), [(-47, None), (26, 26), (130, None), (-40, -40)])
def test_a_sensor_that_does_not_answer_measures_nothing(chip, measured, told):
    port = chip("esp32")
    sys.modules["esp32"].mcu_temperature = lambda: measured
    assert port.temperature_c() == told


def test_an_esp32_without_that_sensor_gives_degrees_fahrenheit(chip):
    port = chip("esp32")
    sys.modules["esp32"].raw_temperature = lambda: 122
    assert port.temperature_c() == 50

# SPDX-License-Identifier: MIT
"""upyos_port of the ports that cannot be run here, on CPython with a made-up chip."""

import importlib.util
import sys
import types

import device_fakes
import pytest
from casefile import TREE

KEPT = ("network", "machine", "micropython", "_upyos", "esp32", "gc", "upyos_port")


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

    def deinit(self) -> None:
        self.options = None


class AccessPoint:
    """That of an ESP8266; its MAC address ends in a1b2c3."""

    IF_AP = 1

    def __init__(self, _interface: int) -> None:
        pass

    def active(self, on: bool | None = None) -> bool:
        if on is not None:
            AccessPoint.is_on = on
        return AccessPoint.is_on

    def config(self, key: str):
        settings = {"ssid": AccessPoint.ssid, "security": AccessPoint.security}
        return (settings | {"mac": b"\x18\xfe\x34\xa1\xb2\xc3"})[key]


@pytest.fixture
def chip(monkeypatch):
    """Make the modules of a port importable; returns what loads its upyos_port."""
    for name in KEPT:
        monkeypatch.delitem(sys.modules, name, raising=False)
    machine = types.ModuleType("machine")
    machine.Timer = Timer
    machine.mem32 = {}
    machine.DEEPSLEEP_RESET = 4
    machine.reset_cause = lambda: 0
    monkeypatch.setattr(Timer, "count", 4)
    upyos = types.ModuleType("_upyos")
    upyos.headroom = upyos.on_tick = lambda *args: None
    micropython = types.ModuleType("micropython")
    micropython.const = lambda value: value
    collector = types.ModuleType("gc")
    collector.threshold = collector.collect = lambda *_: None
    collector.mem_free = collector.mem_alloc = lambda: 0
    network = types.ModuleType("network")
    network.WLAN, network.AUTH_OPEN = AccessPoint, 0
    AccessPoint.is_on, AccessPoint.ssid, AccessPoint.security = False, "", 0
    machine.WDT = lambda: "the watchdog"
    for module in (network, machine, upyos, micropython, collector, types.ModuleType("esp32")):
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


@pytest.mark.parametrize(
    ("ssid", "security", "stays"),
    [
        # what the SDK's defaults give, on modules of two makers
        ("ESP_A1B2C3", 0, False),
        ("AI-THINKER_A1B2C3", 0, False),
        # a user's own
        ("ESP_A1B2C3", 3, True),
        ("my house", 0, True),
    ],
)
def test_an_esp8266_closes_the_access_point_that_nobody_asked_for(chip, ssid, security, stays):
    AccessPoint.is_on, AccessPoint.ssid, AccessPoint.security = True, ssid, security
    port = chip("esp8266")
    assert AccessPoint.is_on == stays
    assert not hasattr(port, "_close_access_point")


def test_an_esp8266_counts_its_starts_in_the_last_word_of_its_rtc_memory(chip):
    """Blocks 64 to 191 of 4 bytes, from 0x60001100 on, are for programs (the SDK's reference)."""
    port = chip("esp8266")
    memory = sys.modules["machine"].mem32
    memory[0x60001100 + 4 * 191] = 0
    assert port.boot_count() == 0
    port.set_boot_count(2)
    assert port.boot_count() == 2
    assert list(memory) == [0x600013FC]


@pytest.mark.parametrize("port", ["esp32", "esp8266"])
def test_a_start_after_a_deep_sleep_is_no_failure(chip, port):
    """A sensor that ends each start with machine.deepsleep() runs for ever."""
    module = chip(port)
    kept = []
    sys.modules["_upyos"].keep = lambda *word: kept.extend(word) or kept[-1]
    module.set_boot_count(2)
    assert module.boot_count() == 2
    sys.modules["machine"].reset_cause = lambda: sys.modules["machine"].DEEPSLEEP_RESET
    assert module.boot_count() == 0


def test_an_esp32_counts_nothing_in_what_a_loss_of_power_leaves(chip):
    port = chip("esp32")
    sys.modules["_upyos"].keep = lambda: 0x12340002
    assert port.boot_count() == 0


def test_an_esp8266_takes_no_time_for_its_watchdog_but_its_own(chip):
    port = chip("esp8266")
    assert port.watchdog(5000) == "the watchdog"
    with pytest.raises(ValueError, match="5 s only"):
        port.watchdog(3000)


def test_the_shell_stops_an_esp8266s_timers_when_it_gives_the_terminal_away(chip, monkeypatch):
    """They lie in the heap; a soft reset, which clears it, can come only from there."""
    ticks, waits, port = Timer(0), Timer(1), chip("esp8266")
    with device_fakes.device():
        for name in ("executor", "state", "start", "start.boot", "shell"):
            module = types.ModuleType("upyos." + name)
            module.start = module.loop = lambda *_: None
            sys.modules["upyos." + name] = module
            above, _, last = module.__name__.rpartition(".")
            setattr(sys.modules[above], last, module)
        state = sys.modules["upyos.state"]
        state.loop = state.turn = None
        state.timer, state.watchdog = ticks, waits
        ticks.options = waits.options = {"period": 10}
        sys.modules["upyos.loader"].forget = lambda: None
        spec = importlib.util.spec_from_file_location("kernel", TREE / "modules/api/kernel.py")
        kernel = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(kernel)
        kernel.upyOS()
        assert ticks.options == waits.options == {"period": 10}
        monkeypatch.setattr(sys, "platform", "esp8266")
        kernel.upyOS()
        assert ticks.options is waits.options is None
        assert state.timer is state.watchdog is None
        # one that runs cannot be stopped
        state.watchdog = port.watchdog(5000)
        kernel.upyOS()
        assert state.watchdog == "the watchdog"


@pytest.mark.parametrize(("is_soft", "numbers"), [(True, ()), (False, (1,))])
def test_software_i2c_has_no_bus_number(chip, monkeypatch, is_soft, numbers):
    """What machine.I2C is on an ESP8266; a number in front would be taken for a pin."""
    machine = sys.modules.get("machine") or chip("esp8266") and sys.modules["machine"]
    seen = []

    def driver(*args: int, scl: int, sda: int) -> str:
        seen.append((args, scl, sda))
        return "a bus"

    machine.SoftI2C = driver
    machine.I2C = driver if is_soft else lambda *args, **pins: driver(*args, **pins)
    monkeypatch.setitem(sys.modules, "upyos_port", types.ModuleType("upyos_port"))
    with device_fakes.device():
        command = types.ModuleType("upyos.lib.command")
        command.number = int
        sys.modules["upyos.lib.command"] = sys.modules["upyos.lib"].command = command
        hardware = device_fakes.load("lib.hardware")
        assert hardware.i2c(1, {"scl": 5, "sda": 4}) == "a bus"
    assert seen == [(numbers, 5, 4)]

# SPDX-License-Identifier: MIT
"""Makers' kits: looked for, asked for with one line, and what is written for them."""

import dataclasses
import json
import re

import pytest
from casefile import TREE
from fabricated import lx106_sdk, program
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.board import boards, partitions
from upyfw.build import firmware_esp32, firmware_esp8266
from upyfw.source import buildable, sdk, source_pins
from upyfw.source import sources as upyfw_sources

IDF = source_pins.read()["esp-idf"].version
VERSION = "set(IDF_VERSION_MAJOR {})\nset(IDF_VERSION_MINOR {})\nset(IDF_VERSION_PATCH {})\n"


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without kits and without containers."""
    for name in ("IDF_PATH", "IDF_PYTHON_ENV_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def _idf(folder, *numbers: int):
    path = folder / "esp-idf" / "tools" / "cmake" / "version.cmake"
    path.parent.mkdir(parents=True)
    path.write_text(VERSION.format(*numbers))
    return folder / "esp-idf"


def test_without_esp_idf_one_line_says_so_and_one_how_to_get_it(bare, capsys):
    assert cli.run(["build", "ESP32_GENERIC_C3"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"upyfw: ESP32_GENERIC_C3: ESP-IDF {IDF} is not on this machine"
    assert re.search(rf"git clone -b v{IDF} .*esp-idf\.git .*install\.sh.*export\.sh$", lines[1])
    assert len(lines) == 2


def test_a_container_is_offered_where_one_runs(bare, capsys):
    program(bare / "bin", "docker", "exit 0")
    assert cli.run(["build", "ESP32_GENERIC"]) == 1
    hint = capsys.readouterr().err.splitlines()[1]
    assert "; or in a container: ./upyfw" in hint
    assert hint.endswith("./upyfw build ESP32_GENERIC --container")


def test_a_container_program_that_does_not_work_is_not_offered(bare):
    program(bare / "bin", "docker", "exit 1")
    assert sdk.container_runner() is None


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ((5, 5, 0), f"ESP-IDF 5.5.0 is another than {IDF}"),
        ((4, 4, 2), f"ESP-IDF 4.4.2 is another than {IDF}"),
        ((5, 4, 1), "ESP-IDF 5.4.1 is not ready: source its export.sh"),
    ],
)
def test_esp_idf_is_looked_at(bare, monkeypatch, numbers, problem):
    monkeypatch.setenv("IDF_PATH", str(_idf(bare, *numbers)))
    assert sdk.find("esp-idf").problem == problem


def test_esp_idf_is_found_by_idf_py(bare, monkeypatch):
    place = _idf(bare, 5, 4, 2)
    program(place / "tools", "idf.py", "exit 0")
    monkeypatch.setenv("PATH", str(place / "tools"))
    monkeypatch.setenv("IDF_PYTHON_ENV_PATH", str(bare))
    kit = sdk.find("esp-idf")
    assert (kit.problem, kit.version, kit.place) == ("", "5.4.2", place)


@pytest.fixture
def idf_of_one_chip(bare, monkeypatch):
    """An ESP-IDF whose install.sh was told one chip: only its compiler is there."""
    place = _idf(bare, 5, 4, 2)
    monkeypatch.setenv("IDF_PATH", str(place))
    monkeypatch.setenv("IDF_PYTHON_ENV_PATH", str(bare))
    program(bare / "bin", "riscv32-esp-elf-gcc", "exit 0")
    return place


def test_the_compiler_of_the_boards_chip_is_looked_for(idf_of_one_chip, capsys):
    wanted = f"xtensa-esp32-elf-gcc of esp-idf {IDF} is not in PATH"
    assert cli.run(["boards", "--json"]) == 0
    rows = {row["name"]: row["why_not"] for row in json.loads(capsys.readouterr().out)}
    assert rows["ESP32_GENERIC_C3"] == ""
    assert rows["ESP32_GENERIC"] == wanted
    assert cli.run(["build", "ESP32_GENERIC"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"upyfw: ESP32_GENERIC: {wanted}"
    assert lines[1] == f"  {idf_of_one_chip}/install.sh esp32 && . {idf_of_one_chip}/export.sh"


def test_doctor_says_which_compiler_a_kit_lacks(idf_of_one_chip, capsys):
    cli.run(["doctor", "--json"])
    kits = {row["name"]: row for row in json.loads(capsys.readouterr().out)["kits"]}
    assert "xtensa-esp32s3-elf-gcc of esp-idf" in kits["esp-idf"]["problem"]
    assert "riscv32" not in kits["esp-idf"]["problem"]


def test_a_folder_that_is_no_esp_idf(bare, monkeypatch):
    monkeypatch.setenv("IDF_PATH", str(bare))
    assert sdk.find("esp-idf").problem == f"IDF_PATH: {bare} holds no ESP-IDF"


def test_a_compiler_without_the_esp8266_sdk_is_not_enough(bare, capsys):
    compiler = program(bare / "bin", "xtensa-lx106-elf-gcc", "echo")
    assert cli.run(["build", "ESP8266_GENERIC"]) == 1
    error = capsys.readouterr().err
    assert f"ESP8266_GENERIC: {compiler} comes without the ESP8266 SDK\n" in error
    assert "esp-open-sdk.git 2018-06-10" in error


def test_the_esp8266_sdk_is_found_in_the_compilers_sysroot(bare):
    program(bare / "bin", "xtensa-lx106-elf-gcc", f"echo {bare}")
    lx106_sdk(bare / "usr")
    assert sdk.find("esp-open-sdk").problem == ""


@pytest.mark.parametrize("name", ["include/lwip/init.h", "lib/libmain.a", "lib/liblwip_open.a"])
def test_a_part_of_the_esp8266_sdk_is_not_enough(bare, name):
    """esp-open-sdk builds its lwIP after the compiler: a build that failed there has no such."""
    program(bare / "bin", "xtensa-lx106-elf-gcc", f"echo {bare}")
    lx106_sdk(bare / "usr")
    (bare / "usr" / name).unlink()
    problem = sdk.find("esp-open-sdk").problem
    assert problem == f"the ESP8266 SDK in {bare}/usr lacks {name}"


def test_what_only_git_has_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(upyfw_sources, "missing", lambda *_: ["cyw43-driver", "btstack"])
    monkeypatch.setattr(buildable.source_git, "unreachable", lambda _: "no network")
    assert cli.run(["build", "RPI_PICO_W"]) == 1
    lines = capsys.readouterr().err.splitlines()
    needs = "needs cyw43-driver, btstack, which only git has"
    assert lines[0] == f"upyfw: RPI_PICO_W: {needs}"
    assert lines[1:] == ["  run it again where its host can be reached (no network)"]


def test_boards_says_what_cannot_be_built_and_why(bare, capsys):
    assert cli.run(["boards", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    row = rows["ESP32_GENERIC"]
    assert (row["can_build"], row["tier"], row["profile"]) == (
        False,
        3,
        boards.load("ESP32_GENERIC").profile,
    )
    assert row["why_not"] == f"ESP-IDF {IDF} is not on this machine"
    assert rows["UNIX"]["why_not"].startswith("gcc is missing: apt-get install")


@pytest.fixture(scope="module")
def micropython():
    return upyfw_sources.prepare_micropython("unix").micropython


@pytest.mark.parametrize(
    "name", [name for name in boards.names() if boards.load(name).port == "esp32"]
)
def test_what_esp_idf_is_told(name, micropython, tmp_path):
    board = boards.load(name)
    files = firmware_esp32.board_files(board, tmp_path, micropython)
    upstream = f"{micropython}/ports/esp32/boards/{board.upstream}"
    assert f"include({upstream}/mpconfigboard.cmake)" in files["mpconfigboard.cmake"]
    assert "MICROPY_VFS_ROM=0" in files["mpconfigboard.cmake"]
    told = dict(
        line.split("=", 1) for line in files["sdkconfig.upyos"].splitlines() if "=" in line
    )
    assert told["CONFIG_PARTITION_TABLE_CUSTOM_FILENAME"] == f'"{tmp_path}/partitions.csv"'
    size = board.flash.size_bytes // 1024 // 1024
    on = {key for key, value in told.items() if value == "y"}
    assert f"CONFIG_ESPTOOLPY_FLASHSIZE_{size}MB" in on
    assert f"CONFIG_ESPTOOLPY_FLASHMODE_{board.flash.mode.upper()}" in on
    assert f"CONFIG_ESPTOOLPY_FLASHFREQ_{board.flash.clock_mhz}M" in on
    assert len([key for key in on if "FLASHMODE" in key or "FLASHFREQ" in key]) == 2
    assert files["partitions.csv"] == partitions.csv(board.regions)


def test_bluetooth_can_be_left_out(micropython, tmp_path):
    board = boards.load("ESP32_GENERIC_C3")

    def files(without):
        chosen = dataclasses.replace(board.firmware, without=without)
        chosen = dataclasses.replace(board, firmware=chosen)
        return firmware_esp32.board_files(chosen, tmp_path, micropython)

    told = files(())
    assert "BLUETOOTH" not in told["mpconfigboard.h"]
    assert "CONFIG_BT_" not in told["sdkconfig.upyos"]
    told = files(("bluetooth",))
    assert "#define MICROPY_PY_BLUETOOTH (0)\n" in told["mpconfigboard.h"]
    assert "CONFIG_BT_ENABLED=n\n" in told["sdkconfig.upyos"]
    # both are what the port's own settings look at
    assert (
        "#ifndef MICROPY_PY_BLUETOOTH" in (micropython / "ports/esp32/mpconfigport.h").read_text()
    )
    assert "CONFIG_BT_ENABLED=y" in (micropython / "ports/esp32/boards/sdkconfig.ble").read_text()


def test_parts_that_are_left_out_are_upstreams_switches(micropython, tmp_path):
    port = micropython / "ports" / "esp32"
    names = {part.name for part in boards.load("ESP32_GENERIC").record.parts}
    assert names == {"bluetooth", "ethernet", "ipv6", "log", "ppp"}
    told = firmware_esp32.board_files(boards.load("ESP32_GENERIC"), tmp_path, micropython)
    assert "#define MICROPY_PY_NETWORK_LAN (0)\n" in told["mpconfigboard.h"]
    assert "#ifndef MICROPY_PY_NETWORK_LAN" in (port / "mpconfigport.h").read_text()
    settings = told["sdkconfig.upyos"].splitlines()
    d2wd = (port / "boards/ESP32_GENERIC/sdkconfig.d2wd").read_text().splitlines()
    for line in (
        "CONFIG_ETH_USE_SPI_ETHERNET=n",
        "CONFIG_LOG_MAXIMUM_LEVEL_INFO=n",
        "CONFIG_LOG_MAXIMUM_LEVEL_ERROR=y",
        "CONFIG_COMPILER_OPTIMIZATION_CHECKS_SILENT=y",
    ):
        assert line in settings
        assert line in d2wd
    assert "CONFIG_LWIP_IPV6=n" not in settings
    told = firmware_esp32.board_files(boards.load("ESP32_GENERIC_C3"), tmp_path, micropython)
    assert "CONFIG_LWIP_IPV6=n\n" in told["sdkconfig.upyos"]
    assert "CONFIG_LWIP_PPP_SUPPORT=n\n" in told["sdkconfig.upyos"]
    assert "CONFIG_LWIP_PPP_SUPPORT" in (port / "network_ppp.c").read_text()
    told = firmware_esp32.board_files(boards.load("ESP32_GENERIC_S3"), tmp_path, micropython)
    assert "=n\n" in told["sdkconfig.upyos"]
    assert not re.search("CONFIG_(BT|ETH|LWIP|LOG)_|SILENT", told["sdkconfig.upyos"])
    assert "#define" not in told["mpconfigboard.h"]


def test_octal_psram_is_upstreams_variant(micropython, tmp_path):
    board = boards.load("ESP32_GENERIC_S3")
    text = firmware_esp32.board_files(board, tmp_path, micropython)["mpconfigboard.cmake"]
    assert "mpconfigvariant_SPIRAM_OCT.cmake" in text
    variant = micropython / "ports/esp32/boards/ESP32_GENERIC_S3/mpconfigvariant_SPIRAM_OCT.cmake"
    assert "sdkconfig.spiram_oct" in variant.read_text()


def test_a_board_that_micropython_lacks_is_refused(micropython, tmp_path):
    board = dataclasses.replace(boards.load("ESP32_GENERIC"), upstream="ESP32_NONE")
    with pytest.raises(UpyfwError, match="MicroPython has no esp32 board ESP32_NONE"):
        firmware_esp32.board_files(board, tmp_path, micropython)


def test_our_code_stays_in_the_esp8266s_flash(micropython, tmp_path):
    board = boards.load("ESP8266_GENERIC")
    port = micropython / "ports" / "esp8266"
    scripts = firmware_esp8266.linker_scripts(board, port, tmp_path)
    in_flash, _, in_ram = scripts["esp8266_common.ld"].partition("} >irom0_0_seg")
    assert "*upyos/*.o*(.literal* .text*)" in in_flash
    assert "*upyos/*" not in in_ram
    assert f"INCLUDE {tmp_path}/esp8266_common.ld" in scripts["esp8266_2MiB.ld"]


def test_the_esp8266_has_what_our_code_uses(micropython):
    text = firmware_esp8266.settings(micropython / "ports" / "esp8266")
    left_out = set(re.findall(r"#define MICROPY_PY_BUILTINS_STR_(\w+) +\(0\)", text))
    assert left_out == {"CENTER", "SPLITLINES"}
    used = "|".join(f"[.]{name.lower()}[(]" for name in left_out)
    sources = [path for part in ("modules", "ports") for path in (TREE / part).rglob("*.py")]
    assert [path.name for path in sources if re.search(used, path.read_text())] == []
    assert "#define MICROPY_PY_BUILTINS_COMPILE             (1)" in text
    # md5sum
    assert "#define MICROPY_PY_HASHLIB_MD5 (MICROPY_PY_SSL && MICROPY_SSL_AXTLS)" in text

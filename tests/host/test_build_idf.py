# SPDX-License-Identifier: MIT
"""What ESP-IDF does with our C code, without ESP-IDF.

Its build gives some definitions to components alone and links MicroPython's component publicly:
both are made up here in a small tree of the same shape.
"""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from casefile import TREE
from elftools.elf.elffile import ELFFile
from upyfw.board.chips import CHIPS
from upyfw.measure import frozen_size
from upyfw.measure.frozen_size import IDF_FLAGS, IDF_SETTINGS
from upyfw.source import sources

C_MODULES = TREE / "modules" / "c"
SOURCES = sorted((C_MODULES / "upyos").glob("*.c"))
HEADERS = TREE / "scripts" / "upyfw" / "measure"
# what the scan for names looks for (MicroPython py/makeqstrdefs.py)
SCANNED = re.compile(
    r"MP_QSTR_\w+|MP_REGISTER_\w+\(.*?\);|MP_COMPRESSED_ROM_TEXT\(.*?\)|MP_ERROR_TEXT\(.*?\)"
)
LIMIT_S = 120


@pytest.fixture(scope="module")
def micropython() -> Path:
    """MicroPython's source tree."""
    return sources.prepare_micropython("unix").micropython


def _expanded(micropython: Path, folder: Path, *flags: str) -> dict[str, str]:
    """Return {file: what the preprocessor makes of it} for compiler flags."""
    generated = folder / "genhdr"
    generated.mkdir(exist_ok=True)
    (generated / "mpversion.h").write_text('#define MICROPY_GIT_TAG ""\n')
    places = [HEADERS, folder, micropython, micropython / "lib" / "littlefs"]
    # ESP-IDF's own Mbed TLS has these headers too
    places.append(micropython / "lib" / "mbedtls" / "include")
    command = ["gcc", "-E", "-P", "-DNO_QSTR", "-U__unix__", *(f"-I{place}" for place in places)]
    found = {}
    for path in SOURCES:
        done = subprocess.run(
            [*command, *flags, str(path)], capture_output=True, text=True, timeout=LIMIT_S
        )
        assert done.returncode == 0, done.stderr
        found[path.name] = done.stdout
    return found


def _scanned(micropython: Path, folder: Path, *flags: str) -> dict[str, set[str]]:
    """Return {file: what MicroPython's scan finds in it} for compiler flags."""
    expanded = _expanded(micropython, folder, *flags)
    return {name: set(SCANNED.findall(text)) for name, text in expanded.items()}


def test_the_scan_for_names_sees_what_the_compiler_does(micropython, tmp_path):
    """It is not given what ESP-IDF defines on the command lines of components."""
    seen = _scanned(micropython, tmp_path, *IDF_SETTINGS)
    assert seen == _scanned(micropython, tmp_path, *IDF_SETTINGS, *IDF_FLAGS)
    assert "MP_QSTR_keep" in seen["upyos.c"]
    elsewhere = _scanned(micropython, tmp_path)
    assert "MP_QSTR_keep" not in elsewhere["upyos.c"]
    assert len(elsewhere["upyos.c"]) > 30


def test_what_the_module_lists_is_there(micropython, tmp_path):
    """A guard that is read before the settings are would leave a file empty."""
    expanded = _expanded(micropython, tmp_path, *IDF_SETTINGS, *IDF_FLAGS)
    listed = set(re.findall(r"&(upyos_\w+)", expanded["upyos.c"])) - {"upyos_module"}
    made = {name for text in expanded.values() for name in re.findall(r"\b(upyos_\w+) =", text)}
    assert "upyos_keep_obj" in listed
    assert listed <= made


@pytest.mark.parametrize("chip", ["esp32c3", "esp8266"])
def test_no_two_files_define_the_same(micropython, tmp_path, chip):
    """As the kit's linker sees it, whose build compiles all of them."""
    frozen_size.c_bytes(CHIPS[chip], micropython, tmp_path)
    made = [str(tmp_path / f"{path.stem}.o") for path in SOURCES]
    command = [*frozen_size.compiler(CHIPS[chip]), "-r", "-nostdlib", *made]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "all")], capture_output=True, text=True, timeout=LIMIT_S
    )
    assert done.returncode == 0, done.stderr


def test_what_an_interrupt_calls_while_the_flash_is_off_is_not_in_it(micropython, tmp_path):
    """That of the UART runs during an erasure (ports/esp32/uart.c) and calls this for Ctrl-C."""
    port = (micropython / "ports" / "esp32" / "mpconfigport.h").read_text()
    assert "#define MICROPY_WRAP_MP_SCHED_KEYBOARD_INTERRUPT(f) IRAM_ATTR f" in port
    frozen_size.c_bytes(CHIPS["esp32c3"], micropython, tmp_path)
    with open(tmp_path / "terminal.o", "rb") as file:
        elf = ELFFile(file)
        (iram,) = [part for part in elf.iter_sections() if part.name == ".iram1"]
        table = elf.get_section_by_name(".symtab")
        here = {
            s.name
            for s in table.iter_symbols()
            if s["st_shndx"] == elf.get_section_index(iram.name)
        }
        assert "__wrap_mp_sched_keyboard_interrupt" in here
        (used,) = [part for part in elf.iter_sections() if part.name.endswith(".rel" + iram.name)]
        symbols = [table.get_symbol(row["r_info_sym"]) for row in used.iter_relocations()]
        called = {s.name for s in symbols if s["st_shndx"] == "SHN_UNDEF"}
        places = [elf.get_section(s["st_shndx"]).name for s in symbols if s.name not in called]
    assert called == {"__real_mp_sched_keyboard_interrupt"}
    assert all(name.startswith((".bss", iram.name)) for name in places)


COMPONENT = """\
add_compile_definitions(ESP_PLATFORM)
add_compile_options(-Os)
set(MICROPY_DIR {micropython})
set(MICROPY_PORT_DIR ${{MICROPY_DIR}}/ports/esp32)
add_library(main STATIC main.c ${{MICROPY_DIR}}/extmod/modre.c ${{MICROPY_PORT_DIR}}/uart.c)
add_library(usermod INTERFACE)
set(MICROPY_FROZEN_MANIFEST /made/frozen.py)
set(Python3_EXECUTABLE python3)
include({modules}/micropython.cmake)
target_link_libraries(main PUBLIC usermod)
# as py/mkrules.cmake goes on behind it
set(MICROPY_FROZEN_CONTENT ${{CMAKE_BINARY_DIR}}/frozen_content.c)
target_sources(main PRIVATE ${{MICROPY_FROZEN_CONTENT}})
add_custom_target(BUILD_FROZEN_CONTENT ALL
    BYPRODUCTS ${{MICROPY_FROZEN_CONTENT}} COMMAND makemanifest.py)
"""
# ESP-IDF's project() is a macro: its program belongs to the top folder
PROJECT = """\
cmake_minimum_required(VERSION 3.18)
project(idf LANGUAGES C)
set(ESP_PLATFORM {esp_platform})
add_subdirectory(component)
add_executable(firmware project_elf_src.c)
target_link_libraries(firmware PRIVATE main)
"""


def _commands(folder: Path, micropython: Path, esp_platform: int) -> list[tuple[Path, str]]:
    """Return (source, its compile command) of a made-up tree of ESP-IDF's shape."""
    component = folder / "component"
    component.mkdir()
    (folder / "project_elf_src.c").touch()
    (component / "main.c").touch()
    (folder / "CMakeLists.txt").write_text(PROJECT.format(esp_platform=esp_platform))
    text = COMPONENT.format(micropython=micropython, modules=C_MODULES)
    (component / "CMakeLists.txt").write_text(text)
    out = folder / "out"
    command = ["cmake", "-G", "Ninja", "-S", str(folder), "-B", str(out)]
    done = subprocess.run(
        [*command, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((out / "compile_commands.json").read_text())
    return [(Path(row["file"]), row["command"]) for row in rows]


def _compiled(folder: Path, micropython: Path, esp_platform: int) -> dict[str, list[str]]:
    """Return {source of ours: its compile commands}."""
    found: dict[str, list[str]] = {}
    for path, command in _commands(folder, micropython, esp_platform):
        if path.parent == C_MODULES / "upyos":
            found.setdefault(path.name, []).append(command)
    return found


def test_every_source_is_compiled_once_for_the_component(micropython, tmp_path):
    found = _compiled(tmp_path, micropython, esp_platform=1)
    assert set(found) == {path.name for path in SOURCES}
    assert Counter(map(len, found.values())) == {1: len(found)}
    for (command,) in found.values():
        assert "-DESP_PLATFORM" in command
        assert "-Os" in command
        assert "-Werror" in command


def test_what_is_mended_in_a_file_of_micropython_is_compiled_in(micropython, tmp_path):
    """Options of another directory's files, or of another path, are silently ignored."""
    commands = _commands(tmp_path, micropython, esp_platform=1)
    (regex,) = [command for path, command in commands if path.name == "modre.c"]
    (quoted,) = re.findall(r"-iquote (\S+)", regex)
    copy = Path(quoted) / "lib" / "re1.5" / "compilecode.c"
    assert "re1_5_stack_chk();" in copy.read_text()
    (uart,) = [command for path, command in commands if path.name == "uart.c"]
    assert f"-include {C_MODULES / 'upyos' / 'uart_lost.h'}" in uart


def test_what_is_frozen_is_frozen_once_more_before_it_is_compiled(micropython, tmp_path):
    _commands(tmp_path, micropython, esp_platform=1)
    command = ["ninja", "-C", str(tmp_path / "out"), "-t", "commands", "component/libmain.a"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    rows = done.stdout.splitlines()
    (made,) = [i for i, row in enumerate(rows) if "makemanifest.py" in row]
    (again,) = [i for i, row in enumerate(rows) if "frozen_names.py" in row]
    (last,) = [i for i, row in enumerate(rows) if "-c " in row and "frozen_content.c" in row]
    assert made < again < last
    words = rows[again].split(" && ")[1].split()
    content = tmp_path / "out" / "frozen_content.c"
    assert words[1:] == [
        *(str(C_MODULES / "upyos/../../../scripts/upyfw/build/frozen_names.py"), "-o"),
        *(str(content), "-b", str(tmp_path / "out"), "-v", f"MPY_DIR={micropython}"),
        *("--mpy-tool-flags=", "/made/frozen.py"),
    ]
    compiled = "component/CMakeFiles/main.dir/__/frozen_content.c.o"
    query = ["ninja", "-C", str(tmp_path / "out"), "-t", "query", compiled]
    done = subprocess.run(query, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    # not only in this order: again, each time that it is written again
    assert "| frozen_content.stamp" in done.stdout


TOLD = """\
#include <assert.h>
#include "uart_lost.h"
volatile bool upyos_uart_lost;
int main(void) {
    uint8_t bytes[4];
    ringbuf_t ring = { bytes, sizeof(bytes), 0, 0 };
    for (int i = 0; i < 3; i++) {
        ringbuf_put(&ring, 'a');
        assert(!upyos_uart_lost);
    }
    ringbuf_put(&ring, 'b');
    assert(upyos_uart_lost);
    assert(ringbuf_get(&ring) == 'a');
}
"""


def test_what_a_uart_drops_is_told(micropython, tmp_path):
    """By a header before the port's interrupt, which puts bytes in one place."""
    port = (micropython / "ports" / "esp32" / "uart.c").read_text()
    assert port.count("ringbuf_put(&stdin_ringbuf, ") == 1
    (tmp_path / "told.c").write_text(TOLD)
    _expanded(micropython, tmp_path, *IDF_SETTINGS)
    places = [HEADERS, C_MODULES / "upyos", tmp_path, micropython]
    command = ["gcc", *(f"-I{place}" for place in places), "-o", "told", "told.c"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=LIMIT_S)
    subprocess.run(["./told"], cwd=tmp_path, check=True, timeout=LIMIT_S)


def test_a_socket_of_the_port_has_tick_scheduled(micropython, tmp_path):
    """It calls it by itself, with the socket; what is scheduled is called with tick."""
    port = (micropython / "ports" / "esp32" / "modsocket.c").read_text()
    assert port.count("mp_call_function_1_protected(s->events_callback, s)") == 1
    text = _expanded(micropython, tmp_path, *IDF_SETTINGS)["step.c"]
    body = text.partition("__wrap_mp_call_function_1_protected(mp_obj_t fun, mp_obj_t arg) {")[2]
    first = (
        "if (fun == ((mp_obj_t)(&upyos_tick_obj)) && arg != fun) { upyos_esp_tick_soon(); return"
    )
    assert re.sub(r"\s+", " ", body).strip().startswith(first)
    for path in SOURCES:
        for words in re.findall(r"mp_sched_schedule\((.*?)\);", path.read_text()):
            assert words == "tick, tick", path.name


def test_what_is_wrapped_has_a_wrapper_and_the_other_way_round(micropython, tmp_path):
    """Else the kit's linker is the first who says so, or nobody does."""
    _compiled(tmp_path, micropython, esp_platform=1)
    asked = set(re.findall(r"--wrap=(\w+)", (tmp_path / "out" / "build.ninja").read_text()))
    fat = ("-DMICROPY_VFS_FAT=1", '-DFFCONF_H="lib/oofatfs/ffconf.h"')
    expanded = _expanded(micropython, tmp_path, *IDF_SETTINGS, *IDF_FLAGS, *fat)
    made = {
        name
        for text in expanded.values()
        for name in re.findall(r"\b__wrap_(\w+)\([^;]*?\) {", text)
    }
    # Mbed TLS is ESP-IDF's, and not here
    assert asked - made == {"mbedtls_ssl_read"}
    # wrapped in builds with make
    assert made - asked == {"uzlib_crc32"}
    assert {"mp_event_wait_indefinite", "mp_event_wait_ms", "mp_handle_pending"} <= asked


def test_the_made_up_tree_compiles_twice_what_is_not_kept_out(micropython, tmp_path):
    """As ESP-IDF's does; else the test above would prove nothing."""
    found = _compiled(tmp_path, micropython, esp_platform=0)
    assert Counter(map(len, found.values())) == {2: len(found)}

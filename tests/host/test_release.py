# SPDX-License-Identifier: MIT
"""`upyfw release`: the folder, its manifest, checksums and SBOM, and what is refused of them."""

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fabricated
import pytest
import upyfw
from casefile import TREE
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from upyfw import cli
from upyfw.base import epoch
from upyfw.base.errors import BadInput, UpyfwError
from upyfw.board import boards, variant
from upyfw.build import firmware
from upyfw.image import artifacts
from upyfw.release import components, index, release
from upyfw.source import sdk, source_pins, sources

BOARDS = ("UNIX", "RPI_PICO")
# two builds from nothing on a busy machine
FULL_LIMIT_S = 3600


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """A release of the boards that tests run on."""
    out = tmp_path_factory.mktemp("release") / "dist"
    release.make(list(BOARDS), out)
    return out


@pytest.fixture
def copied(dist, tmp_path) -> Path:
    """A copy of the release to change."""
    return shutil.copytree(dist, tmp_path / "dist")


def test_the_checksums_are_right(dist):
    call = ["sha256sum", "-c", "--strict", index.SUMS]
    done = subprocess.run(call, cwd=dist, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    listed = {line.partition(":")[0] for line in done.stdout.splitlines()}
    assert listed == {path.name for path in dist.iterdir()} - {index.SUMS}


def test_the_manifest_reads_back(dist):
    found = index.read(dist)
    assert index.text(found) == (dist / index.NAME).read_text()
    assert {file.name for file in found.files} == {
        "upyos-UNIX",
        "upyos-UNIX.img",
        "upyos-RPI_PICO.uf2",
        "upyos-RPI_PICO.bin",
        "upyos-RPI_PICO-update.uf2",
    }
    board = found.boards["RPI_PICO"]
    assert board.regions == boards.load("RPI_PICO").regions
    assert board.littlefs == boards.load("RPI_PICO").littlefs


def test_every_file_is_the_builds(dist):
    for name in BOARDS:
        for path, file in release.describe(artifacts.built(variant.of(name))).items():
            assert (dist / file.name).read_bytes() == path.read_bytes()
            assert index.checked(index.read(dist), file) == path.read_bytes()


def test_parts_say_what_is_written_where(dist):
    files = {file.name: file for file in index.read(dist).files}
    board = boards.load("RPI_PICO")
    update = files["upyos-RPI_PICO-update.uf2"].parts
    assert [part.region for part in update] == ["boot", "firmware"]
    whole = files["upyos-RPI_PICO.uf2"].parts
    assert whole[:2] == update
    journal, fs = board.swap.journal, board.fs_region
    assert whole[2] == index.Part(journal.name, journal.offset, journal.size_bytes)
    assert whole[3] == index.Part(fs.name, fs.offset, fs.size_bytes)
    flash = (dist / "upyos-RPI_PICO.bin").read_bytes()
    raw = files["upyos-RPI_PICO.bin"].parts
    end = raw[1].offset + raw[1].size_bytes
    assert flash[end : fs.offset].strip(b"\xff") == b""
    assert flash[end - 1] != 0xFF


def test_the_sbom_is_valid(dist):
    document = parse_file(str(dist / "sbom.spdx.json"))
    assert validate_full_spdx_document(document) == []
    assert {file.name.removeprefix("./") for file in document.files} == {
        file.name for file in index.read(dist).files
    }


def test_the_sbom_has_the_pins(dist):
    packages = {row["name"]: row for row in _sbom(dist)["packages"]}
    for name in ("micropython", "pico-sdk", "tinyusb", "mbedtls"):
        source = source_pins.read()[name]
        row = packages[name]
        # a security update of Debian's may have replaced the archive
        assert row["versionInfo"].startswith(source.version.rpartition(".")[0])
        assert row["licenseDeclared"] == source.licence
        stamp = row["checksums"][0]["checksumValue"] if "checksums" in row else None
        assert stamp in (*source.stamps(), None)
    assert packages["littlefs"]["licenseDeclared"] == "BSD-3-Clause"


def test_the_sbom_says_which_file_was_made_of_what(dist):
    made_of = {}
    for row in _sbom(dist)["relationships"]:
        if row["relationshipType"] == "GENERATED_FROM":
            made_of.setdefault(row["spdxElementId"], set()).add(row["relatedSpdxElement"])
    pico = made_of["SPDXRef-file-upyos-RPI-PICO-update.uf2"]
    unix = made_of["SPDXRef-file-upyos-UNIX"]
    assert {"SPDXRef-pico-sdk", "SPDXRef-tinyusb", "SPDXRef-littlefs", "SPDXRef-newlib"} <= pico
    assert "SPDXRef-lwip" in pico
    assert "SPDXRef-lwip" not in unix
    assert {"SPDXRef-littlefs", "SPDXRef-mbedtls", "SPDXRef-upyos"} <= unix
    assert "SPDXRef-pico-sdk" not in unix
    assert made_of["SPDXRef-file-upyos-UNIX.img"] == {"SPDXRef-upyos"}


def _sbom(dist: Path) -> dict:
    return json.loads((dist / "sbom.spdx.json").read_text())


@pytest.mark.parametrize("name", BOARDS)
def test_every_library_in_the_link_map_is_in_the_sbom(dist, name):
    """By the folders of MicroPython's lib/; mbedtls_errors are texts of Mbed TLS."""
    maps = {"UNIX": "micropython.map", "RPI_PICO": "firmware.elf.map"}
    text = (variant.of(name).folder / "obj" / maps[name]).read_text()
    folders = {re.search(r"/lib/([\w.-]+)/\w", obj) for obj in components.objects(text)}
    folders = {match[1] for match in folders if match and "/usr/" not in match.string}
    named = {"oofatfs": "FatFs", "libm_dbl": "libm", "mbedtls_errors": "mbedtls"}
    known = {row["name"] for row in _sbom(dist)["packages"]}
    assert {"mbedtls", "littlefs"} <= {named.get(folder, folder) for folder in folders} <= known


def test_every_library_that_a_source_includes_is_in_the_sbom():
    """Some are no object of their own: another file, or a copy of ours, includes their code."""
    made = firmware.build("RPI_PICO")
    command = ["ninja", "-C", str(made.firmware.parent / "obj"), "-t", "deps"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    folders = set(re.findall(r"^ +\S*/lib/([\w.-]+)/\S*\.c$", told, re.MULTILINE))
    assert {"littlefs", "re1.5", "uzlib", "mbedtls", "oofatfs"} <= folders
    named = {"oofatfs": "FatFs", "mbedtls_errors": "mbedtls"}
    known = {component.name for component in components.of_build(made)}
    assert {named.get(folder, folder) for folder in folders} <= known


def test_versions_of_what_micropython_contains():
    lib = sources.prepare_micropython("unix").micropython / "lib"
    known = {each.name: each.version for each in source_pins.read()["micropython"].contains}
    number = re.search(r"LFS2_VERSION 0x(\w{4})(\w{4})", (lib / "littlefs/lfs2.h").read_text())
    assert known["littlefs"] == f"{int(number[1], 16)}.{int(number[2], 16)}"
    assert f"module  {known['FatFs']} " in (lib / "oofatfs" / "ff.h").read_text()


# Packaging


def test_two_releases_have_the_same_bytes(dist, tmp_path, full):
    """With --full of builds from nothing in two other places, which takes minutes."""
    if full:
        # both copied before the first build, which takes minutes: somebody may edit meanwhile
        places = [_copy_at(tmp_path / "a"), _copy_at(tmp_path / "longer" / "path")]
        one, other = map(_built_at, places)
    else:
        one, other = dist, tmp_path / "dist"
        release.make(list(BOARDS), other)
    _assert_same(one, other)


def _assert_same(one: Path, other: Path) -> None:
    names = [path.name for path in one.iterdir()]
    assert sorted(names) == sorted(path.name for path in other.iterdir())
    assert filecmp.cmpfiles(one, other, names, shallow=False) == (names, [], [])


@pytest.mark.parametrize("place", [TREE, Path.home() / ".cache"], ids=["tree", "cache"])
def test_no_path_of_this_machine_is_in_the_files(dist, place):
    """Without its first slash: make names files by their way from its own folder."""
    name = str(place).lstrip("/").encode()
    assert [path.name for path in dist.iterdir() if name in path.read_bytes()] == []


def test_a_board_that_cannot_be_built_here_is_listed(tmp_path, monkeypatch, capsys):
    reason = "esp-open-sdk is not on this machine"
    monkeypatch.setattr(boards, "names", lambda *_: ["UNIX", "ESP8266_GENERIC"])
    monkeypatch.setattr(sdk, "find", lambda name: sdk.Kit(name, "", problem=reason))
    out = tmp_path / "dist"
    assert cli.run(["release", "--out", str(out)]) == 0
    assert index.read(out).not_built == {"ESP8266_GENERIC": reason}
    assert f"ESP8266_GENERIC: not built: {reason}" in capsys.readouterr().err


@pytest.mark.parametrize("names", [[], ["RPI_PICO"]])
def test_a_board_that_does_not_build_ends_the_release(tmp_path, monkeypatch, names):
    def build(name: str) -> None:
        raise UpyfwError(f"{name}: compile: an error")

    monkeypatch.setattr(boards, "names", lambda *_: list(BOARDS))
    monkeypatch.setattr(firmware, "build", build)
    with pytest.raises(UpyfwError, match="compile: an error"):
        release.make(names, tmp_path / "dist")
    assert list(tmp_path.iterdir()) == []


def test_a_board_that_was_named_is_never_left_out(tmp_path, capsys):
    assert cli.run(["release", "ESP32_GENERIC_C3", "--out", str(tmp_path / "dist")]) != 0
    assert "upyfw: ESP32_GENERIC_C3: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_release_replaces_a_release(copied):
    (copied / "old-file").write_text("")
    release.make(["UNIX"], copied)
    assert not (copied / "old-file").exists()
    assert len(index.read(copied).files) == 2
    assert [path.name for path in copied.parent.iterdir()] == ["dist"]


def test_somebodys_folder_is_left_alone(tmp_path, capsys):
    (tmp_path / "letter").write_text("dear")
    assert cli.run(["release", "UNIX", "--out", str(tmp_path)]) == 2
    assert cli.run(["release", "UNIX", "--out", str(tmp_path / "letter")]) == 2
    told = capsys.readouterr().err
    assert told.count(": is something else than a release\n  name another folder with --out") == 2
    assert (tmp_path / "letter").read_text() == "dear"


def test_all_names_are_looked_at_before_anything_is_built(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(firmware, "build", lambda _: pytest.fail("built"))
    monkeypatch.setattr(sdk, "find", lambda name: sdk.Kit(name, "", problem="no ESP-IDF"))
    for name, why in (("NOPE", "no such board"), ("ESP32_GENERIC", "no ESP-IDF")):
        assert cli.run(["release", "UNIX", name, "--out", str(tmp_path / "dist")]) != 0
        assert f"upyfw: {name}: {why}" in capsys.readouterr().err


def _copy_at(place: Path) -> Path:
    names = shutil.ignore_patterns(".venv", "dist", ".git", "__pycache__", ".*_cache")

    def skipped(folder: str, entries: list[str]) -> set[str]:
        # what was built, at the top alone: scripts/upyfw/build holds code
        return names(folder, entries) | ({"build"} if Path(folder) == TREE else set())

    return shutil.copytree(TREE, place, ignore=skipped)


def _built_at(place: Path) -> Path:
    """Build a release in a copy of this tree; its folder."""
    env = os.environ | {
        "PYTHONPATH": str(place / "scripts"),
        "SOURCE_DATE_EPOCH": str(epoch.seconds()),
    }
    call = [sys.executable, "-P", "-m", "upyfw", "release", *BOARDS]
    done = subprocess.run(
        call, cwd=place, env=env, capture_output=True, text=True, timeout=FULL_LIMIT_S
    )
    assert done.returncode == 0, done.stderr
    return place / "dist"


# What is refused


def _changed(dist: Path, change) -> None:
    data = json.loads((dist / index.NAME).read_text())
    change(data)
    (dist / index.NAME).write_text(json.dumps(data))
    (dist / index.SUMS).unlink()


PICO_UF2 = 2
BAD = {
    "format: 2, this upyfw reads 1": lambda d: d.update(format=2),
    "format: missing": lambda d: d.pop("format"),
    "signed: unknown key": lambda d: d.update(signed=1),
    'boards.RPI_PICO.chip: "rp2099" is none of': lambda d: _pico(d).update(chip="rp2099"),
    "boards.RPI_PICO.flash: '2 MB' is not a size": lambda d: _pico(d).update(flash="2 MB"),
    'boards.RPI_PICO.regions: no region "littlefs"': lambda d: _pico(d)["regions"].pop(),
    "boards.RPI_PICO.regions[4].size: ends at": lambda d: _pico(d)["regions"][4].update(
        size="1MiB"
    ),
    'boards.RPI_PICO.regions[4].offset: region "littlefs" begins at': lambda d: _pico(d)[
        "regions"
    ][4].update(offset=0x100000),
    "boards.RPI_PICO.littlefs.block: missing": lambda d: _pico(d)["littlefs"].pop("block"),
    "boards.RPI_PICO.littlefs.prog: is no multiple of": lambda d: _pico(d)["littlefs"].update(
        prog="48B"
    ),
    'files[2].board: "PICO" is none of the boards': lambda d: _file(d).update(board="PICO"),
    "files[2].chip: rp2350, the board's is rp2040": lambda d: _file(d).update(chip="rp2350"),
    'files[2].kind: "whole" is none of': lambda d: _file(d).update(kind="whole"),
    "files[2].name: '../x.uf2' cannot be used": lambda d: _file(d).update(name="../x.uf2"),
    "files[2].sha256: 'abc' cannot be used": lambda d: _file(d).update(sha256="abc"),
    "files[2].size_bytes: -1 is negative": lambda d: _file(d).update(size_bytes=-1),
    'files[2].parts[0].region: no region "nvs"': lambda d: _file(d)["parts"][0].update(
        region="nvs"
    ),
    'files[2].parts[0]: is not inside the region "boot"': lambda d: _file(d)["parts"][0].update(
        size_bytes=2 * 1024 * 1024
    ),
    "not_built.X: 1 is not text": lambda d: d["not_built"].update(X=1),
}


def _pico(data: dict) -> dict:
    return data["boards"]["RPI_PICO"]


def _file(data: dict) -> dict:
    return data["files"][PICO_UF2]


@pytest.mark.parametrize("message", BAD)
def test_a_manifest_that_breaks_a_rule(copied, message):
    _changed(copied, BAD[message])
    with pytest.raises(BadInput) as caught:
        index.read(copied)
    assert caught.value.what.startswith(f"{copied / index.NAME}: {message}")
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_what_is_no_manifest(copied, content):
    (copied / index.NAME).write_bytes(content)
    (copied / index.SUMS).unlink()
    with pytest.raises(BadInput, match=re.escape(str(copied / index.NAME))):
        index.read(copied)


def test_a_manifest_that_the_checksums_do_not_know(copied):
    text = (copied / index.NAME).read_text()
    other = text.replace(f'"version": "{upyfw.__version__}"', '"version": "9.1.0"')
    assert other != text
    (copied / index.NAME).write_text(other)
    with pytest.raises(BadInput, match="is not the one that SHA256SUMS was made for"):
        index.read(copied)


def test_no_manifest(tmp_path):
    with pytest.raises(BadInput, match="manifest.json: No such file") as caught:
        index.read(tmp_path)
    assert "belongs beside the files" in caught.value.hint


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-512]), "bytes, it should be"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"), "its SHA-256 is not"),
    ],
)
def test_a_file_that_is_not_the_releases(copied, spoil, message):
    found = index.read(copied)
    spoil(copied / found.files[PICO_UF2].name)
    with pytest.raises(BadInput, match=message) as caught:
        index.checked(found, found.files[PICO_UF2])
    assert found.files[PICO_UF2].name in caught.value.what


def test_a_renamed_file_is_known_by_its_content(copied):
    found = index.read(copied)
    path = copied / "upyos-RPI_PICO (1).uf2"
    (copied / "upyos-RPI_PICO.uf2").rename(path)
    file = index.find(found, path)
    assert (file.board, file.kind) == ("RPI_PICO", "full")
    assert index.checked(found, file) == path.read_bytes()
    (copied / "other.uf2").write_bytes(b"other")
    with pytest.raises(BadInput, match="does not know it"):
        index.find(found, copied / "other.uf2")


def test_the_tool_lists_it(tmp_path, capsys):
    """With whole names, in a pipe too."""
    assert cli.run(["release", "RPI_PICO", "--out", str(tmp_path / "dist")]) == 0
    shown = capsys.readouterr()
    name = "upyos-RPI_PICO-update.uf2"
    digest = fabricated.sha256(tmp_path / "dist" / name)
    assert re.search(rf"{name} +update +[\d,]+ +{digest[:16]}", shown.out)
    assert "nothing is signed yet" in shown.err

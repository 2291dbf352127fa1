# SPDX-License-Identifier: MIT
"""Sources from a Debian mirror: found by checksum, checked, unpacked, never half trusted."""

import resource
import shutil

import fabricated
import pytest
from fabricated import Checkout, errors

MICROPYTHON = {"py/mpconfig.h": "#define X\n", "lib/tinyusb/.keep": "", "README.md": "tree\n"}
PICOTOOL = {
    "CMakeLists.txt": """
cmake_minimum_required(VERSION 3.13)
project(picotool CXX)
add_executable(picotool main.cpp)
install(TARGETS picotool)
install(FILES x.cmake DESTINATION lib/cmake/picotool)
""",
    "main.cpp": "int main() { return 0; }\n",
    "x.cmake": "",
}
PACKAGES = {
    "micropython": (".", ["rp2", "unix"], MICROPYTHON),
    "pico-sdk": ("lib/pico-sdk", ["rp2"], {"sdk.txt": "sdk\n"}),
    "mbedtls": ("lib/mbedtls", ["rp2"], {"library/sha256.c": "\n"}),
    "lwip": ("lib/lwip", ["rp2"], {"lwip.c": "\n", "big.bin": "x" * 100_000}),
    "tinyusb": ("lib/tinyusb", ["rp2", "unix"], {"src/tusb.c": "usb\n"}),
    "picotool": ("", ["rp2"], PICOTOOL),
}


def pin(name: str, place: str, ports: list[str], file: str, digest: str) -> str:
    return (
        f'[{name}]\nversion = "1.0"\nneeded_by = {ports}\nplace = "{place}"\n'
        f'[{name}.debian]\npackage = "{name}"\nsuites = ["trixie"]\n'
        f'files = [{{ name = "{file}", sha256 = "{digest}" }}]\n'
    ).replace("'", '"')


@pytest.fixture
def fetching(checkout: Checkout) -> Checkout:
    """A checkout whose pins are all on its mirror."""
    text = ""
    for name, (place, ports, files) in PACKAGES.items():
        file = f"{name}_1.0.orig.tar.xz"
        archive = fabricated.tar(checkout.folder / file, f"{name}-1.0", files)
        checkout.mirror.add(name, archive)
        text += pin(name, place, ports, file, fabricated.sha256(archive))
    checkout.pin(text)
    return checkout


def one_error(result: tuple[int, str, list[str]], status: int = 1) -> str:
    """Check that a run failed with exactly one error line and a hint; return the line."""
    code, out, lines = result
    assert code == status, lines
    assert out == ""
    assert len(errors(lines)) == 1, lines
    assert lines[-1].startswith("  "), lines
    assert not any("Traceback" in line for line in lines)
    return errors(lines)[0]


def stamps(checkout: Checkout) -> set[str]:
    return {path.name for path in checkout.cache.glob("trees/*/stamps/*")}


def rubbish(checkout: Checkout) -> list:
    return list(checkout.cache.glob("trees/**/.tmp-*"))


def test_everything_is_put_together(fetching):
    status, out, lines = fetching.run("fetch")
    assert (status, errors(lines)) == (0, [])
    tree = fabricated.Path(out.strip())
    assert (tree / "lib/tinyusb/src/tusb.c").read_text() == "usb\n"
    assert not (tree / "lib/tinyusb/.keep").exists()
    assert (tree / "lib/pico-sdk/sdk.txt").exists()
    assert (tree / "lib/micropython-lib/README.md").exists()
    assert list(fetching.cache.glob("picotool/*/bin/picotool"))
    assert list(fetching.cache.glob("picotool/*/lib/cmake/picotool/x.cmake"))
    assert stamps(fetching) == set(PACKAGES) - {"picotool"}
    assert rubbish(fetching) == []


def test_a_full_cache_needs_no_mirror(fetching):
    first = fetching.run("fetch", "--port", "unix")
    shutil.rmtree(fetching.mirror.folder)
    assert fetching.run("fetch", "--port", "unix") == (0, first[1], [])


def test_a_port_gets_what_it_needs(fetching):
    assert fetching.run("fetch", "--port", "unix")[0] == 0
    assert stamps(fetching) == {"micropython", "tinyusb"}
    assert not (fetching.cache / "picotool").exists()


def test_a_newer_revision_of_the_same_archive_will_do(fetching):
    name = "micropython_1.0.orig.tar.xz"
    old, mirror = fetching.folder / name, fetching.mirror
    mirror._stanzas.clear()
    mirror.add("micropython", old, version="1.0-7")
    mirror.add("tinyusb", fetching.folder / "tinyusb_1.0.orig.tar.xz")
    assert fetching.run("fetch", "--port", "unix")[0] == 0


def test_an_archive_that_is_not_offered(fetching):
    other = fabricated.tar(fetching.folder / "micropython_1.0.orig.tar.xz", "other", {"a": "b"})
    fetching.mirror._stanzas.clear()
    fetching.mirror.add("micropython", other)
    fetching.mirror.add("tinyusb", fetching.folder / "tinyusb_1.0.orig.tar.xz")
    line = one_error(fetching.run("fetch", "--port", "unix"))
    assert "micropython 1.0: Debian trixie: no version with a pinned archive" in line
    assert "rules out: RPI_PICO" in line and "UNIX" in line
    assert "micropython" not in stamps(fetching)


def test_a_mirror_that_does_not_answer(fetching):
    away = fetching.mirror.folder.rename(fetching.folder / "away")
    fetching.mirror.folder.mkdir()
    for name in ("apt.conf", "sources.list"):
        shutil.copy(away / name, fetching.mirror.folder)
    status, _, lines = fetching.run("fetch", "--port", "unix")
    assert status == 1
    assert all("Debian trixie: E: " in line for line in errors(lines)) and errors(lines)
    shutil.rmtree(fetching.mirror.folder)
    away.rename(fetching.mirror.folder)
    assert fetching.run("fetch", "--port", "unix")[0] == 0


def test_each_source_that_cannot_be_had_has_a_line(fetching):
    fetching.mirror._stanzas.clear()
    fetching.mirror._write()
    status, _, lines = fetching.run("fetch", "--port", "unix")
    assert status == 1
    assert [line.split()[1] for line in errors(lines)] == ["micropython", "tinyusb"]


def test_a_wrong_checksum_in_the_cache(fetching):
    fetching.downloads.mkdir(parents=True)
    bad = fetching.downloads / "micropython_1.0.orig.tar.xz"
    bad.write_bytes(b"not what is pinned")
    line = one_error(fetching.run("fetch", "--port", "unix"))
    assert "micropython_1.0.orig.tar.xz: wrong checksum" in line
    assert not bad.exists()
    assert fetching.run("fetch", "--port", "unix")[0] == 0


def test_a_truncated_archive_on_the_mirror(fetching):
    served = fetching.mirror.pool / "micropython_1.0.orig.tar.xz"
    whole = served.read_bytes()
    served.write_bytes(whole[:100])
    assert "micropython 1.0: Debian trixie: " in one_error(fetching.run("fetch", "--port", "unix"))
    assert not (fetching.downloads / served.name).exists()
    served.write_bytes(whole)
    assert fetching.run("fetch", "--port", "unix")[0] == 0


def test_bytes_changed_on_the_mirror(fetching):
    served = fetching.mirror.pool / "micropython_1.0.orig.tar.xz"
    whole = served.read_bytes()
    served.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "micropython 1.0: " in one_error(fetching.run("fetch", "--port", "unix"))
    assert "micropython" not in stamps(fetching)


def test_ctrl_c_in_a_download(fetching):
    started = fetching.folder / "started"
    fabricated.program(fetching.bin, "apt-get", f"touch {started}; exec sleep 60")
    status, out, lines = fetching.interrupt(started, "fetch", "--port", "unix")
    assert (status, out, errors(lines)) == (130, "", ["upyfw: interrupted"])
    (fetching.bin / "apt-get").unlink()
    assert stamps(fetching) == set() and rubbish(fetching) == []
    assert fetching.run("fetch", "--port", "unix")[0] == 0


def test_ctrl_c_in_an_unpack(fetching):
    started = fetching.folder / "started"
    text = (fetching.tree / "ports/upstream.toml").read_text()
    deb = fetching.downloads / "tinyusb_1.0_all.deb"
    fetching.downloads.mkdir(parents=True)
    deb.write_bytes(b"a package")
    old = (fetching.folder / "tinyusb_1.0.orig.tar.xz").name
    head, tail = text.split(f'name = "{old}"', 1)
    digest = fabricated.sha256(deb)
    fetching.pin(head + f'name = "{deb.name}", sha256 = "{digest}"' + tail[tail.index(" }") :])
    half = f'mkdir -p "$3/top"; touch "$3/top/half" {started}'
    fabricated.program(fetching.bin, "dpkg-deb", f"{half}; exec sleep 60")
    status, _, lines = fetching.interrupt(started, "fetch", "--port", "unix")
    assert (status, errors(lines)) == (130, ["upyfw: interrupted"])
    assert stamps(fetching) == {"micropython"} and rubbish(fetching) == []
    fabricated.program(fetching.bin, "dpkg-deb", f"{half}; touch $3/top/whole")
    status, out, _ = fetching.run("fetch", "--port", "unix")
    assert status == 0
    assert (fabricated.Path(out.strip()) / "lib/tinyusb/whole").exists()


def test_what_a_killed_run_left_is_swept(fetching):
    left = fetching.cache / "trees" / "micropython-1.0-x" / ".tmp-abc" / "unpacked"
    left.mkdir(parents=True)
    assert fetching.run("fetch", "--port", "unix")[0] == 0
    assert rubbish(fetching) == []


def test_a_tree_without_its_stamp_is_made_again(fetching):
    tree = fabricated.Path(fetching.run("fetch", "--port", "unix")[1].strip())
    next(fetching.cache.glob("trees/*/stamps/tinyusb")).unlink()
    (tree / "lib/tinyusb/src/tusb.c").write_text("half")
    assert fetching.run("fetch", "--port", "unix")[0] == 0
    assert (tree / "lib/tinyusb/src/tusb.c").read_text() == "usb\n"


def test_no_room(fetching):
    assert fetching.run("fetch", "--port", "unix")[0] == 0
    archive = fetching.folder / "lwip_1.0.orig.tar.xz"
    shutil.copy(archive, fetching.downloads)

    def no_large_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    status, _, lines = fetching.run("fetch", "--port", "rp2", preexec_fn=no_large_files)
    assert status == 1
    assert any("File too large" in line for line in errors(lines)), lines
    assert not any("Traceback" in line for line in lines)
    assert "lwip" not in stamps(fetching) and rubbish(fetching) == []


def test_a_cache_that_cannot_be_written(fetching):
    (fetching.folder / "cache").write_text("a file where the folder should be")
    assert "cache" in one_error(fetching.run("fetch", "--port", "unix"))


def test_a_machine_without_a_debian_mirror(fetching):
    (fetching.mirror.folder / "sources.list").write_text("deb copy:/x noble main\n")
    status, _, lines = fetching.run("fetch", "--port", "unix")
    assert status == 1
    assert all("names no Debian mirror" in line for line in errors(lines))


def test_a_machine_without_apt(fetching):
    only = fetching.folder / "only"
    only.mkdir()
    status, _, lines = fetching.run("fetch", "--port", "unix", env={"PATH": str(only)})
    assert status == 1
    assert all("no apt here" in line for line in errors(lines)) and errors(lines)


def test_two_at_a_time(fetching):
    children = [fetching.start("fetch", "--port", "unix") for _ in range(2)]
    results = [child.communicate(timeout=fabricated.LIMIT_S) for child in children]
    assert [child.returncode for child in children] == [0, 0], results
    fetched = [line for _, err in results for line in err.splitlines() if "fetching micro" in line]
    assert len(fetched) == 1


def test_a_picotool_that_does_not_compile(fetching):
    files = {**PICOTOOL, "main.cpp": "this is no C++\n"}
    archive = fabricated.tar(fetching.folder / "picotool_2.orig.tar.xz", "picotool", files)
    fetching.mirror.add("picotool", archive, version="2-1")
    text = (fetching.tree / "ports/upstream.toml").read_text()
    head = text[: text.index("[picotool]")]
    digest = fabricated.sha256(archive)
    fetching.pin(head + pin("picotool", "", ["rp2"], archive.name, digest))
    assert "picotool 1.0: picotool: " in one_error(fetching.run("fetch"))
    assert not list(fetching.cache.glob("picotool/*/bin"))

# SPDX-License-Identifier: MIT
"""ports/upstream.toml: strict, and every pin of the real one complete."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from upyfw.base.errors import BAD_INPUT, UpyfwError
from upyfw.board.ports import PORTS
from upyfw.source import source_pins

BAD = Path(__file__).parent / "bad" / "sources"


def test_the_real_file():
    sources = source_pins.read()
    assert list(sources)[0] == "micropython"
    for source in sources.values():
        assert source.debian or source.kit or source.is_only_in_git, source.name
        # a tag can be moved; a kit's is only shown
        assert source.git.commit or source.kit, source.name
        assert source.licence or source.kit, source.name
        assert set(source.needed_by) <= set(PORTS)


@pytest.mark.parametrize("path", sorted(BAD.glob("*.toml")), ids=lambda path: path.stem)
def test_a_bad_file_is_refused(path):
    """The first line of a bad file is a comment that says what the error must contain."""
    wanted = path.read_text().splitlines()[0].removeprefix("# ")
    with pytest.raises(UpyfwError) as caught:
        source_pins.read(path)
    assert caught.value.status == BAD_INPUT
    assert wanted in caught.value.what
    assert str(path) in caught.value.what
    assert caught.value.hint
    assert "\n" not in caught.value.what


def test_both_routes_have_the_same_version():
    """Else two machines would build two firmwares from one commit of ours."""
    for source in source_pins.read().values():
        if not source.debian:
            continue
        versions = [re.search(r"_(\d[\d.]*\d)", file.name)[1] for file in source.debian.files]
        assert source.version in versions, source.name
        assert source.version in source.git.tag.replace("_", "."), source.name


def test_what_micropython_pins_is_what_we_pin():
    """By its tag's tree: git ls-tree v1.26.1 lib/."""
    sources = source_pins.read()
    pinned = {name: sources[name].git.commit[:7] for name in ("cyw43-driver", "btstack", "axtls")}
    assert pinned == {"cyw43-driver": "dd75682", "btstack": "77e752a", "axtls": "531cab9"}


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "upstream.toml"
    path.write_bytes(b"\xff\xfe[micropython]")
    with pytest.raises(UpyfwError) as caught:
        source_pins.read(path)
    assert caught.value.status == BAD_INPUT


def test_no_file(tmp_path):
    with pytest.raises(UpyfwError, match="No such file"):
        source_pins.read(tmp_path / "upstream.toml")


def test_any_change_of_a_pin_gives_another_tree():
    sources = list(source_pins.read().values())
    files = tuple(replace(file, sha256="0" * 64) for file in sources[0].debian.files)
    changed = replace(sources[0], debian=replace(sources[0].debian, files=files))
    assert source_pins.fingerprint(sources) == source_pins.fingerprint(list(sources))
    assert source_pins.fingerprint(sources) != source_pins.fingerprint([changed, *sources[1:]])

# SPDX-License-Identifier: MIT
"""ports/upstream.toml: strict, and every pin of the real one complete."""

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
        assert source.debian or source.kit or source.is_only_a_submodule, source.name
        assert source.git or sources[source.submodule_of].git, source.name
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

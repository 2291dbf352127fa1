# SPDX-License-Identifier: MIT
"""Fetch pinned archives from Debian's packages, with an apt state of our own.

The machine's own apt set-up stays as it is: lists, caches and source entries are private, per
suite and kind; the mirror's address, its keyring and the network settings are the machine's.
"""

import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import make_dir
from upyfw.base.progress import Report
from upyfw.source import source_archive, source_mirror
from upyfw.source.source_pins import DebianPin, FilePin

_UPDATE_LIMIT_S = 600
_DOWNLOAD_LIMIT_S = 1800
_LOOKUP_LIMIT_S = 60
_LISTS_FRESH_S = 24 * 3600
_PERCENT = re.compile(r"^(?:dlstatus|pmstatus):[^:]*:([\d.]+):")


@dataclass(frozen=True)
class Offer:
    """A package version that offers a pinned archive."""

    version: str
    file: FilePin


class AptState:
    """A private apt state for one suite and one kind of package."""

    def __init__(self, folder: Path, suite: str, binary: bool):
        self.suite = suite
        self.binary = binary
        self.folder = folder / f"{suite}-{'deb' if binary else 'src'}"
        self._stamp = self.folder / "updated"

    def _command(self, tool: str, *words: str) -> list[str]:
        settings = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": self.folder / "parts",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Update::Error-Mode": "any",
            # apt would hand downloads to a user who cannot enter a home folder.
            "APT::Sandbox::User": "root",
            # An old index is as good as a new one: archives are checked against our own pins.
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Check-Date": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "30",
            "Acquire::https::Timeout": "30",
        }
        options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        return [tool, "-q", "-c", str(self.folder / "apt.conf"), *options, *words]

    def _write(self, mirror: source_mirror.Mirror) -> None:
        for name in ("parts", "lists/partial", "cache/archives/partial"):
            make_dir(self.folder / name)
        # Hooks of the machine's apt that follow an update have no business with this one.
        hooks = ("Post-Invoke", "Post-Invoke-Success", "Pre-Invoke")
        conf = "".join(f"#clear APT::Update::{hook};\n" for hook in hooks)
        (self.folder / "apt.conf").write_text(conf)
        lines = [f"Types: {'deb' if self.binary else 'deb-src'}", f"URIs: {mirror.uri}"]
        lines += [f"Suites: {self.suite}", "Components: main"]
        lines += [f"Targets: {'Packages' if self.binary else 'Sources'}"]
        lines += [f"{key.title()}: {value}" for key, value in mirror.options.items()]
        (self.folder / "parts" / "mirror.sources").write_text("\n".join(lines) + "\n")

    def update(self, mirror: source_mirror.Mirror, report: Report) -> None:
        """Fetch the suite's package lists unless today's are there."""
        fresh = self._stamp.exists() and time.time() - self._stamp.stat().st_mtime < _LISTS_FRESH_S
        if fresh and self._stamp.read_text() == mirror.uri:
            return
        self._write(mirror)
        words = ("-o", "APT::Status-Fd=1", "update")
        result = child.run(self._command("apt-get", *words), _UPDATE_LIMIT_S, _percents(report))
        if result.status != 0:
            raise UpyfwError(f"Debian {self.suite}: {result.reason()}")
        self._stamp.write_text(mirror.uri)

    def offers(self, pin: DebianPin) -> list[Offer]:
        """Return the versions in this suite that offer a pinned archive, by its SHA-256."""
        words = ("show", "--all-versions") if self.binary else ("showsrc", "--only-source")
        command = self._command("apt-cache", *words, pin.package)
        result = child.run(command, _LOOKUP_LIMIT_S, keep_lines=None)
        found = []
        for stanza in result.output.split("\n\n"):
            version = re.search(r"^Version: (\S+)$", stanza, re.MULTILINE)
            sums = set(re.findall(r"\b[0-9a-f]{64}\b", stanza))
            found += [
                Offer(version[1], file) for file in pin.files if version and file.sha256 in sums
            ]
        return found

    def download(self, pin: DebianPin, offer: Offer, folder: Path, report: Report) -> child.Result:
        """Download one version's archives into a folder; what arrived there is what counts.

        The status is not trusted: a mirror that lacks the .dsc still gives the archive.
        """
        action = ("download",) if self.binary else ("source", "--download-only")
        words = ("-o", "APT::Status-Fd=1", *action, f"{pin.package}={offer.version}")
        command = self._command("apt-get", *words)
        return child.run(command, _DOWNLOAD_LIMIT_S, _percents(report), cwd=folder)


def _percents(report: Report):
    """Return a line handler that turns apt's status lines into a fraction."""

    def handle(line: str) -> None:
        if match := _PERCENT.match(line):
            report(float(match[1]) / 100)

    return handle


def _arrived(folder: Path, pin: FilePin) -> Path | None:
    """Find a downloaded archive; apt writes ':' of a version as %3a in a .deb's name."""
    exact = folder / pin.name
    if exact.is_file():
        return exact
    return next(iter(folder.glob("*.deb")), None) if pin.name.endswith(".deb") else None


def _download(state: AptState, pin: DebianPin, cache: Path, report: Report) -> Path | None:
    """Download the first offer of a suite that arrives whole; None if the suite has none."""
    for offer in state.offers(pin):
        # Kept over an interruption: apt goes on where it was.
        partial = make_dir(cache / "downloads" / f"partial-{pin.package}")
        result = state.download(pin, offer, partial, report)
        arrived = _arrived(partial, offer.file)
        if arrived is None:
            raise UpyfwError(f"Debian {state.suite}: {result.reason()}")
        source_archive.verify(arrived, offer.file)
        final = cache / "downloads" / offer.file.name
        os.replace(arrived, final)
        shutil.rmtree(partial, ignore_errors=True)
        return final
    return None


def cached(pin: DebianPin, cache: Path) -> tuple[Path, FilePin] | None:
    """Return an archive that is in the cache already and has the right bytes."""
    for file in pin.files:
        path = cache / "downloads" / file.name
        if path.is_file():
            source_archive.verify(path, file)
            return path, file
    return None


def fetch(pin: DebianPin, cache: Path, report: Report) -> tuple[Path, FilePin]:
    """Download a pinned archive; return it, checked, and which of the pins it is.

    Raises UpyfwError with the reason of each suite that could not give it.
    """
    mirror = source_mirror.find()
    reasons = []
    for suite in pin.suites:
        state = AptState(cache / "apt", suite, pin.binary)
        try:
            state.update(mirror, report)
            if path := _download(state, pin, cache, report):
                return path, next(file for file in pin.files if file.name == path.name)
        except UpyfwError as error:
            reasons.append(error.what)
            continue
        reasons.append(f"Debian {suite}: no version with a pinned archive")
    raise UpyfwError("; ".join(reasons))

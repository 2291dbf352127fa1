# SPDX-License-Identifier: MIT
"""Find the Debian mirror in the machine's own apt configuration.

Reads both forms of sources.list(5): one line per entry, and deb822 stanzas in *.sources files.
"""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError

_APT_CONFIG_LIMIT_S = 20
# Suites and code names of Debian itself; Ubuntu and other derivatives have other ones.
_DEBIAN_SUITES = {
    *("bullseye", "bookworm", "trixie", "forky", "duke", "sid", "experimental"),
    *("oldoldstable", "oldstable", "stable", "testing", "unstable"),
}
_OPTION = re.compile(r"([\w-]+)=(\"[^\"]*\"|\S+)")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class Entry:
    """One entry of sources.list: addresses, suites, components, options in lower case."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mirror:
    """A Debian mirror: its address and what apt needs to trust it."""

    uri: str
    options: dict[str, str]


def parse_line(line: str) -> Entry | None:
    """Parse one line `deb [options] uri suite components...`; None if it is anything else."""
    line = line.split("#", 1)[0].strip()
    if not line.startswith(("deb ", "deb-src ", "deb\t", "deb-src\t", "deb [")):
        return None
    rest, options = line.split(None, 1)[1].strip(), {}
    if rest.startswith("["):
        inside, _, rest = rest[1:].partition("]")
        pairs = _OPTION.findall(inside)
        options = {key.lower(): value.strip('"') for key, value in pairs}
    words = rest.split()
    if len(words) < 2:
        return None
    return Entry((words[0],), (words[1],), tuple(words[2:]), options)


def _fields(stanza: str) -> dict[str, str]:
    """Return the fields of one deb822 stanza, continuation lines kept."""
    found: dict[str, str] = {}
    key = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in " \t" and key:
            found[key] += "\n" + line
        elif ":" in line:
            key, value = line.split(":", 1)
            key = key.strip().lower()
            found[key] = value.strip()
    return found


def parse_deb822(text: str) -> list[Entry]:
    """Parse a *.sources file; disabled entries are left out."""
    entries = []
    for stanza in text.replace("\r\n", "\n").split("\n\n"):
        values = _fields(stanza)
        if "uris" not in values or values.get("enabled", "yes").lower() == "no":
            continue
        words = [tuple(values.pop(key, "").split()) for key in ("uris", "suites", "components")]
        entries.append(Entry(*words, options=values))
    return entries


def _configured_files() -> list[Path]:
    """Return the files that hold the machine's apt sources, as apt-config tells."""
    command = ["apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f"]
    command += ["PARTS", "Dir::Etc::sourceparts/d"]
    try:
        lines = child.run(command, _APT_CONFIG_LIMIT_S).output.splitlines()
    except OSError as error:
        raise UpyfwError(
            "no apt here", hint="without Debian's packages a git host must be reachable"
        ) from error
    found = dict(shlex.split(line)[0].split("=", 1) for line in lines if "=" in line)
    parts = Path(found.get("PARTS", "/dev/null"))
    files = [Path(found["LIST"])] if "LIST" in found else []
    return files + (sorted(parts.iterdir()) if parts.is_dir() else [])


def entries(files: list[Path]) -> list[Entry]:
    """Return every apt source in these files; unreadable ones count as empty."""
    found: list[Entry] = []
    for path in files:
        if not path.is_file() or path.suffix not in (".list", ".sources"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".sources":
            found += parse_deb822(text)
        else:
            found += filter(None, map(parse_line, text.splitlines()))
    return found


def _is_debian(entry: Entry) -> bool:
    suites = {suite.split("-")[0].split("/")[0] for suite in entry.suites}
    security = any(suite.endswith("security") for suite in entry.suites)
    return bool(suites & _DEBIAN_SUITES) and "main" in entry.components and not security


def find() -> Mirror:
    """Return the Debian mirror that this machine uses.

    Raises UpyfwError where there is no apt, or apt is not set up for Debian.
    """
    for entry in filter(_is_debian, entries(_configured_files())):
        uri = next((uri for uri in entry.uris if not uri.startswith("cdrom:")), None)
        if uri:
            kept = ("signed-by", "trusted")
            options = {key: entry.options[key] for key in kept if key in entry.options}
            if not options and _KEYRING.exists():
                options = {"signed-by": str(_KEYRING)}
            return Mirror(uri, options)
    raise UpyfwError(
        "apt on this machine names no Debian mirror",
        hint="without one a git host must be reachable",
    )

# SPDX-License-Identifier: MIT
"""Fetch a pinned tag or commit from a git repository."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import make_dir
from upyfw.base.progress import Report
from upyfw.source.source_pins import GitPin

PROBE_LIMIT_S = 5
_FETCH_LIMIT_S = 1800
_TRIES = 3
_PERCENT = re.compile(r"(?:Receiving objects|Resolving deltas|Updating files): +(\d+)%")


def _git(*words: str | Path, limit_s: float, folder: Path | None = None, on_line=None):
    """Run git, which must neither ask for a password nor wait for ever on a dead line."""
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    slow = ["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60"]
    place = ["-C", folder] if folder else []
    quiet = ["-c", "advice.detachedHead=false"]
    command = ["git", *slow, *quiet, *place, *words]
    return child.run(command, limit_s, on_line, env)


# What a host said when it was asked; once per run is enough, for a dead one costs seconds.
_asked: dict[str, str] = {}


def _ask(url: str) -> str:
    """Ask a repository for its head; return "" if it answers, else why not."""
    if shutil.which("git") is None:
        return "git is not installed"
    result = _git("ls-remote", "--exit-code", url, "HEAD", limit_s=PROBE_LIMIT_S)
    return "" if result.status == 0 else f"{urlsplit(url).netloc or url}: {result.reason()}"


def unreachable(pin: GitPin) -> str:
    """Return why a repository's host cannot be reached within seconds, or "" if it answers."""
    host = urlsplit(pin.url).netloc or pin.url
    if host not in _asked:
        _asked[host] = _ask(pin.url)
    return _asked[host]


def _percents(report: Report):
    def handle(line: str) -> None:
        if match := _PERCENT.search(line):
            report(int(match[1]) / 100)

    return handle


def _tried(words: tuple, folder: Path, report: Report) -> None:
    """Run a git command that uses the network; tried again, as git keeps what it has whole."""
    for _ in range(_TRIES):
        result = _git(*words, limit_s=_FETCH_LIMIT_S, folder=folder, on_line=_percents(report))
        if result.status == 0:
            return
    raise UpyfwError(f"git {words[0]}: {result.reason()}")


def _check_commit(pin: GitPin, clone: Path) -> None:
    """Compare what was fetched with the pinned commit."""
    result = _git("rev-parse", "FETCH_HEAD^{commit}", limit_s=30, folder=clone)
    found = result.output.strip()
    if result.status != 0 or pin.commit and found != pin.commit:
        shutil.rmtree(clone)
        raise UpyfwError(
            f"{pin.url} {pin.named}: wrong commit {found[:12]}, pinned is {pin.commit[:12]}",
            hint="the tag was moved; do not trust it before you know why",
        )


def _drop_history(tree: Path) -> None:
    """Remove .git: sources from git and from archives give the same build."""
    shutil.rmtree(tree / ".git")


def fetch(name: str, pin: GitPin, cache: Path, folder: Path, report: Report) -> Path:
    """Fetch what is pinned and return its tree, a new folder inside `folder`, without history.

    The clone in the cache is kept until it is complete, so a broken fetch goes on where it was.
    Raises UpyfwError when the network fails or the commit is not the pinned one.
    """
    clone = make_dir(cache / "git" / name)
    if not (clone / ".git").exists():
        _git("init", "-q", clone, limit_s=30)
    ref = f"refs/tags/{pin.tag}" if pin.tag else pin.commit
    _tried(("fetch", "--progress", "--depth", "1", pin.url, ref), clone, report)
    _check_commit(pin, clone)
    checkout = _git("checkout", "-q", "-f", "--detach", "FETCH_HEAD", limit_s=300, folder=clone)
    if checkout.status != 0:
        raise UpyfwError(f"git checkout {pin.named}: {checkout.reason()}")
    tree = folder / name
    os.rename(clone, tree)
    _drop_history(tree)
    return tree

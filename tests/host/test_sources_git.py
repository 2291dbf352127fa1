# SPDX-License-Identifier: MIT
"""Sources from git: a tag, its commit checked, or a commit; else Debian's packages."""

import fabricated
import pytest
from fabricated import Checkout, errors

PINS = """
[micropython]
version = "1.0"
place = "."
needed_by = ["unix"]
git = {{ url = "{url}", tag = "v1.0", commit = "{commit}" }}
{debian}
[tinyusb]
version = "1.0"
place = "lib/tinyusb"
needed_by = ["unix"]
git = {{ url = "{other}", commit = "{other_commit}" }}
"""
OTHERS = """
[{name}]
version = "1.0"
needed_by = {ports}
git = {{ url = "{url}", tag = "v1.0" }}
"""


def repository(folder, files: dict[str, str]) -> str:
    """Make a repository with one tagged commit; return the commit."""
    folder.mkdir()
    fabricated.git(folder, "init", "-q", "-b", "main")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    fabricated.git(folder, "add", ".")
    fabricated.git(folder, "commit", "-q", "-m", "First.")
    fabricated.git(folder, "tag", "-a", "v1.0", "-m", "v1.0")
    return fabricated.git(folder, "rev-parse", "HEAD")


class Upstream:
    """Two repositories; of the second one a commit is pinned that no tag names."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.url = checkout.folder / "micropython.git"
        self.other = checkout.folder / "tinyusb.git"
        self.other_commit = repository(self.other, {"src/tusb.c": "usb\n"})
        fabricated.git(self.other, "tag", "-d", "v1.0")
        # as git hosts do
        fabricated.git(self.other, "config", "uploadpack.allowReachableSHA1InWant", "true")
        (self.other / "src/tusb.c").write_text("later\n")
        fabricated.git(self.other, "commit", "-q", "-a", "-m", "Second.")
        self.commit = repository(self.url, {"py/mpconfig.h": "\n"})
        self.pin(self.commit)

    def pin(self, commit: str, debian: str = "", others_for: str = "[]") -> None:
        text = PINS.format(
            url=self.url,
            commit=commit,
            debian=debian,
            other=self.other,
            other_commit=self.other_commit,
        )
        names = ("pico-sdk", "lwip", "mbedtls", "picotool")
        others = "".join(
            OTHERS.format(name=name, url=self.url, ports=others_for) for name in names
        )
        self.checkout.pin(text + others)

    def fetch(self) -> tuple[int, str, list[str]]:
        return self.checkout.run("fetch", "--port", "unix")


@pytest.fixture
def upstream(checkout) -> Upstream:
    return Upstream(checkout)


def test_a_tag_and_a_commit(upstream):
    status, out, lines = upstream.fetch()
    assert (status, errors(lines)) == (0, [])
    tree = fabricated.Path(out.strip())
    assert (tree / "lib/tinyusb/src/tusb.c").read_text() == "usb\n"
    assert list(tree.rglob(".git")) == []
    stamp = next(upstream.checkout.cache.glob("trees/*/stamps/micropython"))
    assert stamp.read_text() == f"git:{upstream.commit}"
    assert stamp.with_name("tinyusb").read_text() == f"git:{upstream.other_commit}"


def test_a_tag_that_was_moved(upstream):
    upstream.pin("1" * 40)
    status, _, lines = upstream.fetch()
    assert status == 1
    assert "wrong commit" in errors(lines)[0] and "1" * 12 in errors(lines)[0]
    assert not list(upstream.checkout.cache.glob("trees/*/stamps/micropython"))
    upstream.pin(upstream.commit)
    assert upstream.fetch()[0] == 0


def test_a_tag_that_is_not_there(upstream):
    fabricated.git(upstream.url, "tag", "-d", "v1.0")
    status, _, lines = upstream.fetch()
    assert status == 1
    assert "v1.0" in errors(lines)[0]


def test_a_broken_fetch_goes_on_where_it_was(upstream):
    """A clone is kept until it is whole; what was put into its place is not fetched again."""
    real, log = fabricated.shutil.which("git"), upstream.checkout.folder / "log"
    fails = f'case "$*" in *" fetch "*tinyusb*) exit 1;; esac; exec {real} "$@"'
    fabricated.program(upstream.checkout.bin, "git", fails)
    assert upstream.fetch()[0] == 1
    clone = upstream.checkout.cache / "git" / "tinyusb"
    assert (clone / ".git").exists()
    fabricated.program(upstream.checkout.bin, "git", f'echo "$*" >> {log}; exec {real} "$@"')
    assert upstream.fetch()[0] == 0
    fetched = [line for line in log.read_text().splitlines() if " fetch " in line]
    assert len(fetched) == 1
    assert "tinyusb.git" in fetched[0]
    assert " init " not in log.read_text()
    assert not clone.exists()


def test_a_host_that_does_not_answer(upstream):
    archive = fabricated.tar(
        upstream.checkout.folder / "micropython_1.tar.xz",
        "micropython",
        {"py/mpconfig.h": "\n", "lib/tinyusb/src/tusb.c": "usb\n"},
    )
    upstream.checkout.mirror.add("micropython", archive)
    digest = fabricated.sha256(archive)
    upstream.pin(
        upstream.commit,
        '[micropython.debian]\npackage = "micropython"\nsuites = ["trixie"]\n'
        f'files = [{{ name = "{archive.name}", sha256 = "{digest}" }}]\n',
        others_for='["unix"]',
    )
    asked = upstream.checkout.folder / "asked"
    fabricated.program(upstream.checkout.bin, "git", f"echo $* >> {asked}; exec sleep 60")
    status, _, lines = upstream.fetch()
    assert status == 1
    # once for each host
    assert len(asked.read_text().splitlines()) == 2
    names = ["tinyusb", "pico-sdk", "lwip", "mbedtls", "picotool"]
    assert [line.split()[1] for line in errors(lines)] == names
    assert next(upstream.checkout.cache.glob("trees/*/stamps/micropython")).read_text() == digest


def test_a_machine_without_git(upstream):
    only = upstream.checkout.folder / "only"
    only.mkdir()
    env = {"PATH": str(only)}
    status, _, lines = upstream.checkout.run("fetch", "--port", "unix", env=env)
    assert status == 1
    assert "micropython 1.0: git: git is not installed" in errors(lines)[0]


def test_ctrl_c_in_a_fetch(upstream):
    started = upstream.checkout.folder / "started"
    real = fabricated.shutil.which("git")
    fabricated.program(
        upstream.checkout.bin,
        "git",
        f'case "$*" in *" fetch "*) touch {started}; exec sleep 60;; esac; exec {real} "$@"',
    )
    result = upstream.checkout.interrupt(started, "fetch", "--port", "unix")
    assert (result[0], errors(result[2])) == (130, ["upyfw: interrupted"])
    assert not list(upstream.checkout.cache.glob("trees/*/stamps/*"))
    (upstream.checkout.bin / "git").unlink()
    assert upstream.fetch()[0] == 0

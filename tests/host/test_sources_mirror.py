# SPDX-License-Identifier: MIT
"""The Debian mirror in the machine's own apt configuration, in both forms of sources.list(5)."""

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.source import source_mirror

ONE_LINE = """
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb http://security.example/debian-security bookworm-security main
deb [arch=amd64 signed-by="/k/ring.gpg"] http://mirror.example/debian bookworm main contrib # x
"""
DEB822 = """\
Types: deb
URIs: http://other.example/vendor
Suites: nodistro
Components: main

# a comment
Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Give apt a configuration with these files."""

    def write(one_line: str = "", deb822: str = "") -> None:
        parts = tmp_path / "sources.list.d"
        parts.mkdir()
        (tmp_path / "sources.list").write_text(one_line)
        (parts / "debian.sources").write_text(deb822)
        (parts / "broken.sources.bak").write_text("URIs: http://backup.example/debian")
        (tmp_path / "apt.conf").write_text(
            f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\nDir::Etc::sourceparts "{parts}";\n'
        )
        monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))

    return write


def test_one_line_entries(configured):
    configured(one_line=ONE_LINE)
    mirror = source_mirror.find()
    assert mirror.uri == "http://mirror.example/debian"
    assert mirror.options == {"signed-by": "/k/ring.gpg"}


def test_stanzas(configured):
    configured(deb822=DEB822)
    mirror = source_mirror.find()
    assert mirror.uri == "http://mirror.example/debian"
    assert mirror.options["signed-by"].splitlines()[1:] == [
        " -----BEGIN PGP PUBLIC KEY BLOCK-----",
        " .",
        " abc",
    ]


@pytest.mark.parametrize("suite", ["noble", "jammy-updates", "bookworm-security", "nodistro"])
def test_what_is_not_debian_itself(configured, suite):
    configured(one_line=f"deb http://mirror.example/x {suite} main\n")
    with pytest.raises(UpyfwError, match="no Debian mirror"):
        source_mirror.find()


@pytest.mark.parametrize("line", ["", "deb", "deb http://x", "rpm http://x y main", "deb [a=b"])
def test_lines_that_are_no_entry(line):
    assert source_mirror.parse_line(line) is None


def test_an_unclosed_quote_does_no_harm():
    entry = source_mirror.parse_line('deb [signed-by="/k] http://x/debian bookworm main')
    assert entry.uris == ("http://x/debian",)


def test_trusted_is_kept(configured):
    configured(one_line="deb [trusted=yes] copy:/mirror sid main\n")
    assert source_mirror.find().options == {"trusted": "yes"}

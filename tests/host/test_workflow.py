# SPDX-License-Identifier: MIT
"""The workflow that builds firmware on GitHub: what of it depends on the tree."""

import re

from casefile import TREE
from upyfw import cli
from upyfw.source import source_pins

TEXT = (TREE / ".github/workflows/firmware.yml").read_text()


def test_the_image_is_that_of_the_pinned_esp_idf():
    tag = source_pins.read()["esp-idf"].git.tag
    assert re.findall(r"espressif/idf:(\S+)", TEXT) == [tag]


def test_the_commands_are_the_tools(capsys):
    words = re.findall(r"^ +\./upyfw (.+)$", TEXT, re.M)
    assert words == ["release"]
    for line in words:
        assert cli.run([*line.split(), "--help"]) == 0
    # where the files go is the tool's default
    assert "default is dist/" in re.sub(r"\s+", " ", capsys.readouterr().out)
    assert TEXT.count("path: dist/") == 2

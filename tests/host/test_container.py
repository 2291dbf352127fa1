# SPDX-License-Identifier: MIT
"""upyfw build --container, with a stand-in for the program that runs containers."""

import os

import pytest
from fabricated import program
from upyfw import cli
from upyfw.base.paths import REPO
from upyfw.board import variant
from upyfw.build import container
from upyfw.source import source_pins

NAME = "ESP32_GENERIC_C3"


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """Put a stand-in of a name into PATH; what it is called with is in the file it returns."""
    monkeypatch.setattr(container, "build_dir", lambda: tmp_path / "build")

    def make(name: str, status: int = 0):
        log = tmp_path / "log"
        script = f'[ "$1" = info ] || {{ printf "%s\\n" "$@" > {log}; exit {status}; }}'
        program(tmp_path / "bin", name, script)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        return log

    return make


@pytest.mark.parametrize(("name", "is_user"), [("docker", True), ("podman", False)])
def test_the_command_runs_in_the_image_of_the_pinned_release(runner, monkeypatch, name, is_user):
    monkeypatch.setattr(container.sdk, "container_runner", lambda: name)
    log = runner(name)
    assert cli.run(["build", NAME, "--profile", "tiny", "--container"]) == 0
    words = log.read_text().splitlines()
    tag = source_pins.read()["esp-idf"].git.tag
    end = [f"docker.io/espressif/idf:{tag}", "./upyfw", "build", NAME, "--profile", "tiny"]
    assert words[-6:] == end
    assert words[words.index("-w") + 1] == str(REPO)
    places = [words[i + 1] for i, word in enumerate(words) if word == "-v"]
    # this machine's Python packages are of no use there, and are not touched
    assert f"{REPO}:{REPO}" in places
    assert sum(place.endswith(f":{REPO}/.venv") for place in places) == 1
    assert (f"--user\n{os.getuid()}:{os.getgid()}\n" in log.read_text()) == is_user


def test_its_status_is_that_of_the_command(runner):
    runner("docker", status=3)
    assert cli.run(["build", NAME, "--container"]) == 3


def test_without_a_program_for_containers_one_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr(container.sdk, "container_runner", lambda: None)
    assert cli.run(["build", NAME, "--container"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "upyfw: neither Docker nor Podman runs containers here"


@pytest.mark.parametrize("name", ["RPI_PICO", "ESP8266_GENERIC"])
def test_a_board_without_esp_idf_is_refused(capsys, name):
    assert cli.run(["build", name, "--container"]) == 2
    assert f"{name}: it is not built with ESP-IDF" in capsys.readouterr().err


def test_a_wrong_board_costs_no_container(capsys):
    assert cli.run(["build", "ESP32_GENERIK", "--container"]) == 2
    assert variant.of(NAME).board.name == NAME

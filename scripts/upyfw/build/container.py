# SPDX-License-Identifier: MIT
"""Building inside the container image that the makers of ESP-IDF publish, by Docker or Podman."""

import os
import subprocess

from upyfw.base.errors import BadInput, UpyfwError
from upyfw.base.paths import REPO, build_dir, make_dir
from upyfw.board.boards import Board
from upyfw.source import sdk, source_pins


def build(chosen: list[Board], words: list[str]) -> int:
    """Run `upyfw build` with these words in the container; return its status.

    Its output goes to this terminal. Files in build/ belong to whoever runs this. Raises BadInput
    for a board that needs no ESP-IDF, UpyfwError where nothing runs containers.
    """
    for board in chosen:
        if sdk.of_port(board.port) != sdk.IDF:
            raise BadInput(
                f"{board.name}: it is not built with ESP-IDF, whose image --container runs",
                hint=f"./upyfw build {board.name}",
            )
    runner = sdk.container_runner()
    if runner is None:
        raise UpyfwError(
            "neither Docker nor Podman runs containers here",
            hint="install one of them, or ESP-IDF: ./upyfw doctor",
        )
    return subprocess.run(_command(runner, words)).returncode


def _command(runner: str, words: list[str]) -> list[str]:
    """Return the command line.

    The tree is at its own path: built files and logs name it. What this machine's Python set up
    in .venv is hidden by another folder; that, the home and the cache are kept in build/container.
    """
    kept = make_dir(build_dir() / "container")
    venv, home = make_dir(kept / "venv"), make_dir(kept / "home")
    command = [runner, "run", "--rm", "-v", f"{REPO}:{REPO}", "-v", f"{venv}:{REPO / '.venv'}"]
    # rootless Podman's root is the user already
    if runner == "docker":
        command += ["--user", f"{os.getuid()}:{os.getgid()}"]
    settings = {
        "HOME": home,
        # the tree may belong to another user there
        "GIT_CONFIG_COUNT": 1,
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    for name, value in settings.items():
        command += ["-e", f"{name}={value}"]
    tag = source_pins.read()[sdk.IDF].git.tag
    return [*command, "-w", str(REPO), f"{sdk.IDF_IMAGE}:{tag}", "./upyfw", "build", *words]

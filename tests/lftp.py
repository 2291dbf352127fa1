# SPDX-License-Identifier: MIT
"""lftp, the real client, that copies a folder to a board and back."""

import subprocess
from pathlib import Path

from upyfw.source import tools

_LIMIT_S = 200


def mirrors(
    settings: str, at: str, folder: str, there: Path, sizes: list[int], more: str = ""
) -> None:
    """Have it copy files of these sizes from the new folder there, and back, in parallel.

    settings: lines of lftp, each with its semicolon; at: user, password and place of `open`;
    folder: the name on the board, which must not be there; more: what it does at the end.
    AssertionError if a file differs.
    """
    tools.require("lftp")
    there.mkdir()
    back = there.with_name("back")
    for i, size in enumerate(sizes):
        (there / f"{i}.bin").write_bytes(bytes([i]) * size)
    script = (
        f"set net:max-retries 3; {settings} open -u {at};"
        f" mirror -R --parallel=3 {there} {folder}; mirror --parallel=3 {folder} {back}; {more}"
    )
    run = subprocess.run(["lftp", "-c", script], capture_output=True, text=True, timeout=_LIMIT_S)
    assert run.returncode == 0, run.stderr
    assert _content(back) == _content(there)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}

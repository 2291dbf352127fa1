# SPDX-License-Identifier: MIT
"""The server of `upyfw ota serve`, in a thread of the test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from upyfw.release import webfolder


@contextmanager
def served(folder: Path, tell: Callable[[str], None] = lambda line: None) -> Iterator[str]:
    """Serve a folder; yields its address."""
    with webfolder.server(folder, tell=tell) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()

# SPDX-License-Identifier: MIT
"""One step of a flashing plan: what happens to one region of the flash."""

from dataclasses import dataclass

WRITE, ERASE, LEAVE = "write", "erase", "leave"


@dataclass(frozen=True)
class Step:
    """What happens to a region, or its beginning; offset in the flash. data: what is written."""

    action: str
    region: str
    offset: int
    size_bytes: int
    data: bytes = b""

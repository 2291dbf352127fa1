# SPDX-License-Identifier: MIT
"""Files of JSON."""

import json


def read(path):
    """Return what a JSON file holds. Raises OSError, ValueError."""
    with open(path) as file:
        # Editors of Windows put a byte order mark in front of a text.
        if file.read(1) != "\ufeff":
            file.seek(0)
        return json.load(file)

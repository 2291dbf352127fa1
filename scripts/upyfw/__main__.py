# SPDX-License-Identifier: MIT
"""Entry point of `python -m upyfw`."""

import sys

from upyfw.cli import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

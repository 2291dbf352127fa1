# SPDX-License-Identifier: MIT
"""Entry point of `python -m upyfw`."""

import sys

from upyfw.cli import end_on_signals, run

if __name__ == "__main__":
    end_on_signals()
    sys.exit(run(sys.argv[1:]))

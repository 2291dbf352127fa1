# SPDX-License-Identifier: MIT
"""What every part of the tool stands on: errors, paths, files, child processes, output."""

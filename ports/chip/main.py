# SPDX-License-Identifier: MIT
"""Start upyOS; the port does not run this when the raw REPL is wanted."""

import kernel

kernel.upyOS()

# SPDX-License-Identifier: MIT
"""Network services: docs/design.md, 2.9."""

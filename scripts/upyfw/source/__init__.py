# SPDX-License-Identifier: MIT
"""Sources, compilers and makers' kits: how they are found and fetched."""

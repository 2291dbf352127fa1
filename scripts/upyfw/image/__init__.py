# SPDX-License-Identifier: MIT
"""The files that go into a flash: the littlefs image, UF2, ESP images."""

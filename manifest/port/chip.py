# SPDX-License-Identifier: MIT
# The start that all ports on a chip have in common.
freeze("../../ports/chip", opt=3)

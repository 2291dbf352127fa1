# SPDX-License-Identifier: MIT
freeze("$(PORT_DIR)/modules")

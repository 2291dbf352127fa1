# SPDX-License-Identifier: MIT
# The whole operating system.
include("port/$(PORT).py")
freeze("../ports/$(PORT)")
freeze("../modules/api")
package("upyos", base_path="../modules")
freeze("$(GENERATED)")
include("$(MPY_DIR)/extmod/asyncio")

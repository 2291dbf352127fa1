# SPDX-License-Identifier: MIT
# Network commands besides.
include("core.py")
package("upyos/bin/network", base_path="../modules", opt=3)

# SPDX-License-Identifier: MIT
# Network commands and services besides.
include("core.py")
package("upyos/bin/network", base_path="../modules", opt=3)
package("upyos/svc", base_path="../modules", opt=3)

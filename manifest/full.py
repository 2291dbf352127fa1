# SPDX-License-Identifier: MIT
# The whole operating system: every command, and the libraries that programs may import.
include("net.py")
package("upyos", base_path="../modules", opt=3)
freeze("../modules/lib", opt=3)

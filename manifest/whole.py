# SPDX-License-Identifier: MIT
# All that there is. No board has this profile: what its own lacks of it are files of the image.
include("full.py")
package("upyos", base_path="../modules", opt=3)
freeze("../modules/lib", opt=3)

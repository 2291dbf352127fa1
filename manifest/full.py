# SPDX-License-Identifier: MIT
# All that is frozen anywhere: the hardware commands besides, and the driver of displays.
include("net.py")
package("upyos/bin/hardware", base_path="../modules", opt=3)
freeze("../modules/lib", "ssd1306.py", opt=3)

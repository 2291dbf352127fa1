# SPDX-License-Identifier: MIT
# Network commands besides.
include("core.py")
package("upyos/bin/network", base_path="../modules", opt=3)
freeze("../modules/lib", ("mqtt.py", "uping.py"), opt=3)
freeze("../modules/lib", "uiperf3", opt=3)
freeze("../modules/lib", "webclient", opt=3)

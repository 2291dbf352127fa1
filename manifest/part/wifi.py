# SPDX-License-Identifier: MIT
# Joining networks, on boards with a radio.
freeze("../../modules", ("upyos/svc/wlan.py", "upyos/svc/wlan_show.py"), opt=3)

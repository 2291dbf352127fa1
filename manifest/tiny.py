# SPDX-License-Identifier: MIT
# Kernel, shell and the hot commands: the least for boards with 36 KB of heap. Level 3 leaves out
# line numbers, as MicroPython does for its asyncio: 6 KB of flash; tracebacks of built-in code
# name functions.
from glob import glob

# Marked * in docs/spec/commands.md, which a test holds against this list; some come later.
HOT = """
exit loadboard cd sh echo export unset incr decr read test sleep clear help
ls pwd cat cp mv rm mkdir touch grep df
ps kill killall
free date ntpupdate lshw mount reboot
led
wifi utelnetd uftpd uhttpd
"""

include("port/$(PORT).py")
freeze("../ports/$(PORT)", opt=3)
freeze("../modules/api", opt=3)
freeze("$(GENERATED)", opt=3)
include("$(MPY_DIR)/extmod/asyncio")

for name in (
    "grammar",
    "jobs",
    "lib",
    "line",
    "programs",
    "settings",
    "start",
    "terminal",
    "upgrade",
):
    package(f"upyos/{name}", base_path="../modules", opt=3)
# All but what boards with a radio have besides: part/wifi.py.
svc = glob("upyos/svc/*.py", root_dir="../modules")
freeze("../modules", [file for file in svc if "/wlan" not in file], opt=3)
# No command, and hot in its way: from .mpy files it would take 30 KB of heap.
freeze("../modules/lib", "editor", opt=3)
for name in ["*", *(f"bin/*/{name}" for name in HOT.split())]:
    freeze("../modules", glob(f"upyos/{name}.py", root_dir="../modules"), opt=3)

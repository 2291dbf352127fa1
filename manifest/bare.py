# SPDX-License-Identifier: MIT
# MicroPython as its makers freeze it: what `upyfw bench` compares with.
include("port/bare_$(PORT).py")
include("$(MPY_DIR)/extmod/asyncio")

# SPDX-License-Identifier: MIT
"""The call /api/status of uhttpd: what this system is, and how it does."""

import gc
import json
import os
import sys
import time

import _upyos
import sdata
import upyos_port

from upyos import state


async def get_status(request):
    """Send it section by section, for the whole would take as much memory again."""
    await request.begin(200, "application/json")
    mark = "{"
    for name, section in (
        ("mcu", _mcu),
        ("board", _board),
        ("config", _config),
        ("memory", _memory),
        ("storage", _storage),
        ("sys", _sys),
        ("services", _services),
    ):
        await request.connection.write('%s"%s":%s' % (mark, name, json.dumps(section())))
        mark = ","
    await request.connection.write("}\n")


def _mcu():
    return {
        "platform": sys.platform,
        "machine": getattr(sys.implementation, "_machine", ""),
        "id": sdata.sid,
        "frequency_hz": upyos_port.frequency_hz(),
        "temperature_c": upyos_port.temperature_c(),
    }


def _board():
    return sdata.board


def _config():
    """Return the configuration, but for user and password."""
    return {key: sdata.sysconfig[key] for key in sdata.sysconfig if key != "auth"}


def _memory():
    gc.collect()
    total, used, free, largest = _upyos.heap()
    return {"total": total, "used": used, "free": free, "largest": largest}


def _storage():
    info = os.statvfs("/")
    total, free = info[1] * info[2], info[1] * info[3]
    return {"total": total, "used": total - free, "free": free}


def _sys():
    now = int(time.time())
    return {
        "name": sdata.name,
        "version": sdata.version,
        "micropython": "%d.%d.%d" % sys.implementation.version[:3],
        "time": "%d-%02d-%02d %02d:%02d:%02d" % time.localtime(now)[:6],
        "uptime_s": now - sdata.initime,
        "cwd": state.cwd,
        "password": bool(sdata.sysconfig["auth"]["paswd"]),
        "processes": len(state.procs),
    }


def _services():
    """Return {name: port} of the services that run."""
    found = {}
    for proc in state.procs.values():
        if getattr(proc, "service", None):
            found[proc.service] = proc.place[1]
    return found

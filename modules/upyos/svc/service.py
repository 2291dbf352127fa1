# SPDX-License-Identifier: MIT
"""The command side of services: `NAME start|stop|restart|status` (behaviour contract 9)."""

import json

import sdata
from micropython import const

from upyos import console, process
from upyos.lib import command, paths

_ANY = const("0.0.0.0")
_MOST_PORT = const(65535)
CERTIFICATE = "/etc/tls/cert.pem"
_VERBS = const(("start", "stop", "restart", "status"))


class Refused(Exception):
    """Why a service cannot be started."""


def main(kind, args):
    """Run the command of a service; return its status. kind is of kinds."""
    found, words = command.options(args, "", "pa")
    command.operands(words, 1, 1)
    verb = words[0]
    if verb not in _VERBS or found and verb in ("stop", "status"):
        raise process.UsageError
    port = command.natural(found["p"]) if "p" in found else None
    if port is not None and not 0 < port <= _MOST_PORT:
        raise process.UsageError
    try:
        return globals()["_" + verb](kind, found.get("a"), port)
    except ImportError:
        return command.fail(verb, "no network")
    except Refused as exc:
        return command.fail(verb, str(exc))
    except (OSError, ValueError) as exc:
        return command.fail(verb, exc)


def running(name):
    """Return the process of a service, or None."""
    from upyos.jobs import listener

    return listener.running(name)


def _start(kind, address, port):
    if running(kind[0]):
        print(kind[0] + ": already running")
        return 0
    start(kind, address, port)
    return 0


def _stop(kind, address, port):
    if not stop(kind[0]):
        print(kind[0] + ": not running")
    return 0


def _restart(kind, address, port):
    restart(kind, address, port)
    return 0


def restart(kind, address, port):
    """Stop a service and start it again, where it was if nothing else is said."""
    proc = running(kind[0])
    if proc:
        address = address or proc.place[0]
        port = port or proc.place[1]
        stop(kind[0])
    start(kind, address, port)


def _status(kind, address, port):
    proc = running(kind[0])
    if proc is None:
        print(kind[0] + ": not running")
        return 1
    _say(proc)
    return 0


def start(kind, address=None, port=None, silent=False, context=None):
    """Start a service that does not run. Raises OSError, ValueError, ImportError, Refused.

    context: of TLS, for one that is nothing else (upyos.tls.secured).
    """
    name, usual_port = kind[0], kind[2]
    settings = read_settings(name)
    check_password(settings)
    from upyos.jobs import listener, sockets
    from upyos.lib import announce
    from upyos.lib.reasons import reason
    from upyos.svc import interfaces

    address = interfaces.address(address or settings.get("address", _ANY))
    port = port or settings.get("port", usual_port)
    secured = None
    if kind[4] and (settings.get("tls") or paths.exists(CERTIFICATE)):
        try:
            from upyos.tls import secured
        except ImportError:
            raise Refused("this board has no TLS for " + CERTIFICATE) from None
    try:
        sock = sockets.listen(address, port)
    except OSError as exc:
        raise Refused("port %d: %s" % (port, reason(exc))) from None
    proc = listener.Service(kind, sock, (address, port), settings)
    proc.context = context
    if secured:
        secured.begin(proc)
    listener.start(proc)
    announce.service(name, port)
    if not silent:
        _say(proc)
        if not sdata.sysconfig["auth"]["paswd"]:
            console.error(name + ": no password is set: anybody can log in (setauth)")


def stop(name):
    """Stop a service; its port is closed then. Return False if it was not running."""
    proc = running(name)
    if proc is None:
        return False
    proc.sts = "S"
    return True


def read_settings(name):
    """Return the settings in /etc/NAME.conf, {} without one. Raises OSError, ValueError."""
    path = "/etc/" + name + ".conf"
    try:
        with open(path) as file:
            found = json.load(file)
    except OSError as exc:
        if exc.errno == 2:
            return {}
        raise
    except ValueError:
        raise Refused(path + ": not JSON") from None
    if type(found) is not dict:
        raise Refused(path + ": not a JSON object")
    for key, value in found.items():
        if key not in _SETTINGS or type(value) is not _SETTINGS[key]:
            raise Refused("%s: %s" % (path, key))
    return found


_SETTINGS = {
    "address": str,
    "port": int,
    "connections": int,
    "data_port": int,
    "need_password": bool,
    "tls": bool,
}


def check_password(settings):
    """Raise Refused if nobody could log in, or everybody could and the settings forbid it."""
    form = sdata.sysconfig["auth"]["paswd"]
    if form == "!":
        raise Refused("the password is locked (setauth)")
    if not form and settings.get("need_password"):
        raise Refused("no password is set (setauth)")


def _say(proc):
    """Print where a service can be reached."""
    from upyos.svc import interfaces

    address, port = proc.place
    for own in interfaces.addresses() if address == _ANY else (address,):
        print("%s: %s:%d" % (proc.service, own, port))
    if proc.twin:
        _say(proc.twin)

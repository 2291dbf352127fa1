# SPDX-License-Identifier: MIT
"""/etc/system.conf (behaviour contract 4.2) and the other default files."""

import json
import os

import sdata
from micropython import const
from upyos import console, state
from upyos.lib import json_file

PATH = "/etc/system.conf"
# A password that nobody has: after damage the door stays shut until it is set again.
_LOCKED = const("!")
_NOT_WRITTEN = const("system.conf cannot be written")


def defaults():
    """Return the default configuration."""
    return {
        "ver": 1.0,
        "board": "/etc/" + sdata.name + ".board",
        "pfiles": ["/boot.py", "/main.py"],
        "alias": {},
        "env": {"TZ": "+1", "PATH": "/local/bin:.frozen:/bin"},
        "auth": {"user": "admin", "paswd": ""},
        "cache": False,
        # Nobody publishes firmware yet.
        "upgrade": "",
    }


def is_absent(path):
    """Return True if there is nothing at path."""
    try:
        os.stat(path)
        return False
    except OSError:
        return True


def read(path):
    """Return the configuration of a file, defaults filled in.

    Raises OSError if it cannot be read, ValueError if it is not such an object.
    """
    conf = json_file.read(path)
    if type(conf) is not dict:
        raise ValueError("not a JSON object")
    for key, default in defaults().items():
        value = conf.setdefault(key, default)
        _check(key, value, default)
        if value == default:
            # The text in the firmware takes no memory.
            value = conf[key] = default
        elif type(default) is dict and key != "alias":
            for name in default:
                _check(key + "." + name, value.setdefault(name, default[name]), default[name])
    _check_texts("pfiles", conf["pfiles"])
    _check_texts("alias", conf["alias"].values())
    return conf


def _check_texts(key, values):
    """Raise ValueError if not all values are texts."""
    for value in values:
        if type(value) is not str:
            raise ValueError("wrong type in " + key)


def _check(key, value, default):
    """Raise ValueError if a value is not of the type of its default."""
    kind = type(default)
    same = type(value) is kind or (kind is float and type(value) is int)
    if not same and not key.startswith("env."):
        raise ValueError("wrong type of " + key)


def use(conf):
    """Make conf the configuration: environment, aliases, cache."""
    sdata.sysconfig = conf
    sdata.cache_enabled = conf["cache"]
    state.aliases = dict(conf["alias"]) or None


def load(path):
    """Replace the configuration by a file. Raises OSError, ValueError, and has changed nothing."""
    use(read(path))


def use_defaults():
    """Use the default configuration, with no password that fits, and write nothing."""
    conf = defaults()
    conf["auth"]["paswd"] = _LOCKED
    use(conf)


def start(files):
    """Load the configuration at start; mend what is missing or damaged.

    files is what is in /etc, {name: bytes}. Returns whether there is an init.sh. A power cut
    leaves the damaged file under one of its two names, or the new one complete.
    """
    from upyos.settings import board

    for name in files:
        if name.endswith(".tmp"):
            _attempt("/etc/%s cannot be removed" % name, os.remove, "/etc/" + name)
    if "system.conf" not in files:
        return _create(files)
    try:
        load(PATH)
    except (OSError, ValueError) as exc:
        from upyos.lib.reasons import reason

        text = "system.conf: %s; kept as system.conf.bad, defaults used"
        console.error(text % reason(exc))
        use_defaults()
        _attempt("system.conf cannot be renamed", os.rename, PATH, PATH + ".bad")
        _attempt(_NOT_WRITTEN, save, sdata.sysconfig)
    board.check(files)
    return "init.sh" in files


def _create(files):
    """First start: write the default files, system.conf last, so that a power cut repeats this."""
    from upyos.settings import board

    if "system.conf.bad" in files:
        # Cut off while a damaged file was being replaced: its password is unknown.
        use_defaults()
    else:
        use(defaults())
    if not state.recovery:
        _attempt("the default files cannot be written", _unpack)
    board.check(files)
    _attempt(_NOT_WRITTEN, save, sdata.sysconfig)
    return not is_absent("/etc/init.sh")


def _attempt(what, call, *args):
    """Call what may fail on a full or damaged file system; then there is a warning.

    It names what it was about and nothing else: an argument may be a password.
    """
    try:
        call(*args)
    except OSError as exc:
        from upyos.lib.reasons import reason

        console.error("%s: %s" % (what, reason(exc)))


def _unpack():
    """Write the default files that are absent."""
    try:
        from upyos.made.skel import FILES
    except ImportError:
        return
    from upyos.lib.files import write_atomic

    for i in range(0, len(FILES), 2):
        if is_absent(FILES[i]):
            write_atomic(FILES[i], FILES[i + 1])


def save(conf):
    """Write the configuration."""
    from upyos.lib.files import write_atomic

    write_atomic(PATH, json.dumps(conf))


def change(key, changes):
    """Write some values of one section of the configuration file; the rest of it stays.

    A power cut leaves the old file or the new one. Raises OSError, EACCES if it is protected, and
    ValueError if it holds something else; it is then as it was.
    """
    conf = _stored()
    if type(conf.get(key)) is not dict:
        conf[key] = {}
    conf[key].update(changes)
    save(conf)


def replace(key, value):
    """Write one value of the configuration file; the rest of it stays. As change()."""
    conf = _stored()
    conf[key] = value
    save(conf)


def _stored():
    """Return what is in the configuration file, before some of it is changed."""
    from upyos.lib import paths

    paths.guard(PATH)
    conf = {} if is_absent(PATH) else json_file.read(PATH)
    if type(conf) is not dict:
        raise ValueError("not a JSON object")
    return conf

# SPDX-License-Identifier: MIT
"""mqttc [-R] [-h HOST] [-p PORT] [-u USER] [-P PW] [-t TOPIC] [-m TEXT] [-q QOS] [-r] [VERB]

A client of MQTT. -h connects to a broker; the connection is kept for later calls, as long as the
board runs. VERB is what to do:

pub       send TEXT, or standard input, to TOPIC
sub       ask for the messages of TOPIC, which may have + and #
unsub     ask for them no more
listsub   print what was asked for
lastwill  before -h: what the broker sends to TOPIC when this board is lost
ping      ask the broker whether it is there
listen    print messages as `TOPIC: TEXT` until Ctrl-C or kill; this keeps the connection alive
close     end the connection; the will is not sent

-h HOST   the broker
-p PORT   its port, 1883 if not given
-u USER   who asks
-P PW     the password
-R        listen and pub make a connection that was lost again, with growing pauses
-t TOPIC  the topic
-m TEXT   the message
-q QOS    0 at most once, 1 at least once, 2 exactly once
-r        the broker keeps the message for those who come later

Source: OASIS MQTT 3.1.1.
"""

from micropython import const
from upyos import state
from upyos.lib import streams
from upyos.lib.command import UsageError, fail, natural, operands, options

_VERBS = const(("pub", "sub", "unsub", "listsub", "lastwill", "ping", "listen", "close"))
_TOPICAL = const(("pub", "sub", "unsub", "lastwill"))
_MOST_PORT = const(65535)


def _kept(name):
    """Return what an earlier call left: the client, or the will."""
    return getattr(state, name, None)


def _connect(found):
    """Connect to the broker that -h names; the connection before is closed."""
    import mqtt

    port = natural(found.get("p", "1883"))
    if not 0 < port <= _MOST_PORT:
        raise UsageError
    if _kept("mqtt"):
        state.mqtt.disconnect()
        state.mqtt = None
    client = mqtt.Client(found["h"], port, found.get("u"), found.get("P"))
    client.will = _kept("mqtt_will")
    client.again = "R" in found
    client.connect()
    state.mqtt = client


def _pub(client, found, qos):
    text = found.get("m")
    if text is None:
        text = b"".join(streams.standard_input())
    _kept_up(client, client.publish, found["t"], text, qos, "r" in found)


def _sub(client, found, qos):
    client.subscribe(found["t"], qos)


def _unsub(client, found, qos):
    client.unsubscribe(found["t"])


def _listsub(client, found, qos):
    for topic in sorted(client.topics):
        print(topic, client.topics[topic])


def _ping(client, found, qos):
    print("%s: %d ms" % (client.host, client.ping()))


def _listen(client, found, qos):
    while True:
        topic, data = _kept_up(client, client.receive)
        print("%s: %s" % (topic, _readable(data)))


def _readable(data):
    try:
        return data.decode()
    except UnicodeError:
        return repr(data)


def _close(client, found, qos):
    client.disconnect()
    state.mqtt = state.mqtt_will = None


def _kept_up(client, call, *args):
    """Return call(*args); a connection that is lost meanwhile is made again if -R was given."""
    while True:
        try:
            return call(*args)
        except OSError:
            client.close()
            if not client.again:
                raise
            client.reconnect()


def _run(verb, found):
    """Do what is asked for; return the status."""
    qos = natural(found.get("q", "0"))
    if qos > 2 or (verb in _TOPICAL) and "t" not in found:
        raise UsageError
    if verb == "lastwill":
        state.mqtt_will = (found["t"], found.get("m", ""), qos, "r" in found)
    if "h" in found:
        _connect(found)
    client = _kept("mqtt")
    if verb in (None, "lastwill"):
        return 0
    if client is None:
        return fail(verb, "not connected (mqttc -h HOST)")
    client.again = client.again or "R" in found
    globals()["_" + verb](client, found, qos)
    return 0


def __main__(args):
    found, words = options(args, "Rr", "hpuPtmq")
    operands(words, 0, 1)
    verb = words[0] if words else None
    if verb not in _VERBS and (verb or "h" not in found):
        raise UsageError
    place = found.get("h") or verb
    try:
        return _run(verb, found)
    except ImportError:
        return fail(place, "this board has no network")
    except (OSError, ValueError) as e:
        return fail(place, e)

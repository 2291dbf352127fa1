# SPDX-License-Identifier: MIT
"""A request to uhttpd (behaviour contract 9.3): who answers it, and what answers when that fails.

Each connection has one request. Files of /www are sent by http_files; the rest is loaded when it
is wanted.
"""

import gc

from micropython import const

from upyos import console
from upyos.lib.reasons import reason
from upyos.svc import http_files
from upyos.svc.http_request import Answer, Request

_ERRORS = const(((2, 404), (20, 404), (21, 404), (36, 404), (13, 403), (22, 400), (28, 413)))

# Other peers wait so long for the place of one that has connected, or has sent a request. Else
# many that come at once would end each other.
_MOMENT_MS = const(250)
_ANSWER_MS = const(10_000)


async def session(connection, request=None):
    """Serve one peer; return what it becomes, or None."""
    request = request or Request(connection)
    connection.hold(_MOMENT_MS)
    try:
        if not await request.head():
            return
        connection.hold(_ANSWER_MS)
        return await _answer(request)
    except Answer as exc:
        status, text = (exc.args + ("",))[:2]
    except OSError as exc:
        status = 500
        for number, code in _ERRORS:
            if number == exc.errno:
                status = code
        text = reason(exc)
    except MemoryError:
        gc.collect()
        status, text = 500, "out of memory"
    # barrier: whatever an answer raises, a template's code too, ends in status 500
    except Exception as exc:
        gc.collect()
        console.error("%s: %s: %s" % (connection.service.cmd, type(exc).__name__, exc))
        status, text = 500, ""
    if not request.begun:
        await request.failed(status, text)


async def _answer(request):
    path = request.path
    if path[:5] == "/api/":
        from upyos.svc import http_api

        await http_api.answer(request)
    elif path == "/ws":
        from upyos.svc import websocket

        return await websocket.session(request)
    else:
        await http_files.answer(request)

# SPDX-License-Identifier: MIT
"""Sessions of uhttpd (behaviour contract 9.3): who has logged in, and the calls for that."""

import os
import time

import sdata
from micropython import const

_TOKEN_BYTES = const(16)
_SESSION_MS = const(30 * 60 * 1000)
# So many sessions there may be; the one that was unused for longest gives way.
_SESSIONS = const(8)
# How long a peer has to log in; how long others wait for the place of one that has.
_LOGIN_S = const(60)
_KNOWN_MS = const(60_000)


def own(request):
    """Tell whether a request is from a page of this host, or from no page."""
    origin = request.field(b"origin")
    return not origin or origin.partition("://")[2] == request.field(b"host")


def check(request):
    """Refuse who has no session, unless nobody needs one, and pages of other hosts."""
    if not own(request):
        request.refuse(403, "a page of another host asks")
    if not request.connection.is_open():
        sessions = _sessions(request)
        entry = sessions.get(request.cookie)
        now_ms = time.ticks_ms()
        if not entry:
            request.refuse(401, "log in first")
        old = not 0 <= time.ticks_diff(now_ms, entry[0]) < _SESSION_MS
        if old or entry[1] != sdata.sysconfig["auth"]["paswd"]:
            sessions.pop(request.cookie)
            request.refuse(401, "log in again")
        entry[0] = now_ms
    request.connection.hold(_KNOWN_MS)


def _sessions(request):
    """Return the sessions of the service: {cookie: [ticks of its last use, stored password]}."""
    service = request.connection.service
    if not hasattr(service, "sessions"):
        service.sessions = {}
    return service.sessions


def _new(sessions):
    """Begin a session; return its cookie."""
    now_ms = time.ticks_ms()
    if len(sessions) >= _SESSIONS:
        # who was away longest has to log in again
        sessions.pop(max(sessions, key=lambda one: time.ticks_diff(now_ms, sessions[one][0])))
    cookie = os.urandom(_TOKEN_BYTES).hex()
    sessions[cookie] = [now_ms, sdata.sysconfig["auth"]["paswd"]]
    return cookie


def _set(request, value):
    request.more = "Set-Cookie: %s=%s; HttpOnly; SameSite=Strict; Path=/\r\n" % (
        request.cookie_name,
        value,
    )


async def post_login(request):
    """{user, password}: begin a session."""
    values = await request.json()
    user = values.get("user", "")
    password = values.get("password", "")
    if type(user) is not str or type(password) is not str:
        request.refuse(400, "user and password are texts")
    connection = request.connection
    connection.left_s = _LOGIN_S
    if not connection.is_open():
        from upyos.svc import login

        if not await login.check(connection, user, password):
            request.refuse(401, "wrong user or password")
        _set(request, _new(_sessions(request)))
    await request.say(200, user=user)


async def get_logout(request):
    """End the session."""
    _sessions(request).pop(request.cookie, None)
    _set(request, "; Max-Age=0")
    await request.say(200)

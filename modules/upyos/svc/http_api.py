# SPDX-License-Identifier: MIT
"""The JSON API of uhttpd (behaviour contract 9.3).

`POST /api/fs/list` is the function post_fs_list(request) of a module that _module() knows. It
sends its answer itself.
"""

from upyos.svc import http_session


async def answer(request):
    """Answer a call."""
    call = request.path[5:].replace("/", "_")
    if call != "login":
        http_session.check(request)
    elif not http_session.own(request):
        request.refuse(403, "a page of another host asks")
    module = _module(call.partition("_")[0])
    found = module.get(request.method.lower() + "_" + call)
    if not found:
        known = module.get("get_" + call) or module.get("post_" + call)
        request.refuse(405 if known else 404, "" if known else "no such call")
    await found(request)


def _module(group):
    """Return the globals of the module that has the calls of a group."""
    module = http_session
    if group == "fs":
        from upyos.svc import http_fs as module
    elif group == "status":
        from upyos.svc import http_status as module
    elif group == "gpio" or group == "rgb":
        from upyos.svc import http_pins as module
    elif group == "cmd" or group == "system":
        from upyos.svc import http_run as module
    return module.__dict__

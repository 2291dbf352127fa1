# SPDX-License-Identifier: MIT
"""A user at the console of a target: types lines by the rules of docs/spec/behaviour.md §14."""

import re
from collections.abc import Iterable

from upyfw.targets.prompts import CONTROLS, MARK, echo_end

# a prompt of the shell (after any text), a continuation prompt or MicroPython's
PROMPT = re.compile(rb"(?:/[^\r\n]*%s|(?:^|[\r\n])%s(?:> |>>> ))%s$" % (MARK, CONTROLS, CONTROLS))
# output that has not grown for so long is taken to be waiting for a line; seconds of the target
QUIET_S = 1.0
# a prompt counts when nothing follows it for so long
SETTLE_S = 0.002
# safety net: a console that never comes to rest
LIMIT_S = 60.0

_CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SHELL_PROMPT = re.compile(r"\r?{0}(/[^\n]*?){1}{0}$".format(CONTROLS.decode(), MARK.decode()))


class Session:
    """Lines typed on a started target, and what came back.

    text: everything since the start, echo included, line ends as LF.
    """

    def __init__(self, target, quiet_s: float = QUIET_S, settle_s: float = SETTLE_S) -> None:
        self.target = target
        self.quiet_s = quiet_s
        self.settle_s = settle_s
        self._start = 0

    @property
    def text(self) -> str:
        return decode(self.target.output[self._start :])

    def forget(self) -> None:
        """Begin anew: text of before does not count any more."""
        self._start = len(self.target.output)

    def type(self, line: str) -> None:
        """Type a line and Enter; a single control character goes without Enter."""
        control = len(line) == 1 and line < " "
        self.target.send(line.encode() + (b"" if control else b"\r"))

    def settle(self) -> bool:
        """Wait until the prompt is there (True) or the output has been quiet (False).

        Errors: TargetError when neither happens, or the target stopped.
        """
        data = self.target.read_until(PROMPT, LIMIT_S, settle=self.settle_s, quiet=self.quiet_s)
        return PROMPT.search(data) is not None

    def wait_prompt(self, limit_s: float = LIMIT_S) -> str:
        """Wait for the prompt, however quiet it is; what came. TargetError if it does not come."""
        return decode(self.target.read_until(PROMPT, limit_s, settle=self.settle_s))

    def wait_texts(self, texts: Iterable[str], limit_s: float) -> str | None:
        """Wait until the texts are in the output in this order; the first one that is not."""
        waited_s = 0.0
        while (lacking := first_lacking(texts, self.text)) and waited_s < limit_s:
            self.target.read_quiet(0.2, LIMIT_S)
            waited_s += 0.2
        return lacking

    def run(self, line: str, answers: tuple[str, ...] = (), cwd: str = "/") -> str:
        """Type a line, then answers while it runs; what it printed, without echo and prompt."""
        start = len(self.target.output)
        if len(line) == 1 and line < " ":
            self.type(line)
        else:
            # on a slow machine a line is drawn in pieces, each of which may end like a prompt, and
            # a job may speak between them: no prompt counts before the line's own echo has ended
            self.target.enter(line, LIMIT_S)
        for answer in answers:
            self.settle()
            self.type(answer)
        self.wait_prompt()
        return printed(decode(echo_end(line).split(self.target.output[start:], 1)[-1]), cwd)


def decode(data: bytes) -> str:
    """Console bytes as text with LF line ends."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def printed(body: str, cwd: str) -> str:
    """What stands between the echo of a line and the next prompt, last newline dropped."""
    prompt = f"{cwd} $: "
    # a job may have spoken at that prompt, which is drawn anew below it
    again = body.find(f"{prompt}\r\x1b[K")
    if again >= 0:
        body = body[: again + len(prompt)]
    known = _CSI.sub("", body).endswith(prompt)
    body = body[: body.rindex(prompt)] if known else _SHELL_PROMPT.sub("", body)
    return body.removesuffix("\n")


def first_lacking(texts: Iterable[str], whole: str) -> str | None:
    """The first of the texts that does not follow the ones before it, or None."""
    at = 0
    for text in texts:
        at = whole.find(text, at)
        if at < 0:
            return text
        at += len(text)
    return None

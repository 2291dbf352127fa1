# SPDX-License-Identifier: MIT
"""A user at the console of a target: types lines by the rules of docs/spec/behaviour.md §14."""

import re
import time

# a prompt of the shell (after any text), a continuation prompt or MicroPython's
PROMPT = re.compile(rb"(?:/[^\r\n]* \$: |(?:^|[\r\n])(?:> |>>> ))(?:\x1b\[[0-9;?]*[A-Za-z])*$")
# output that has not grown for so long (seconds) is taken to be waiting for a line
QUIET_S = 1.0
# safety net: a console that never comes to rest
LIMIT_S = 60.0

_CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SHELL_PROMPT = re.compile(
    r"\r?(?:\x1b\[[0-9;?]*[A-Za-z])*(/[^\n]*?) \$: (?:\x1b\[[0-9;?]*[A-Za-z])*$"
)


class Session:
    """Lines typed on a started target, and what came back.

    text: everything since the start, echo included, line ends as LF.
    """

    def __init__(self, target, quiet_s: float = QUIET_S) -> None:
        self.target = target
        self.quiet_s = quiet_s
        self._start = 0
        self._mark = 0

    @property
    def text(self) -> str:
        return decode(bytes(self.target.output[self._start :]))

    def forget(self) -> None:
        """Begin anew: text and prompts of before do not count any more."""
        self._start = self._mark = len(self.target.output)

    def type(self, line: str) -> None:
        """Type a line and Enter; a single control character goes without Enter."""
        self._mark = len(self.target.output)
        control = len(line) == 1 and line < " "
        self.target.send(line.encode() + (b"" if control else b"\r"))

    def settle(self, limit_s: float = LIMIT_S) -> bool:
        """Wait until the prompt is there (True) or the output has been quiet (False).

        Errors: TimeoutError when neither happens within limit_s.
        """
        end = time.monotonic() + limit_s
        size, since = -1, time.monotonic()
        while time.monotonic() < end:
            data = self.target.output
            if len(data) > self._mark and PROMPT.search(bytes(data[self._mark :][-300:])):
                return True
            if len(data) != size:
                size, since = len(data), time.monotonic()
            elif time.monotonic() - since > self.quiet_s:
                return False
            time.sleep(0.005)
        raise TimeoutError(f"no rest within {limit_s} s: {self.text[-300:]!r}")

    def wait_prompt(self, limit_s: float = LIMIT_S) -> None:
        """Wait for the prompt, however quiet it is; TimeoutError if it does not come."""
        end = time.monotonic() + limit_s
        while not self.settle(limit_s):
            if time.monotonic() > end:
                raise TimeoutError(f"no prompt within {limit_s} s: {self.text[-300:]!r}")

    def wait_texts(self, texts: tuple[str, ...], limit_s: float) -> str | None:
        """Wait until the texts are in the output in this order; the first one that is not."""
        end = time.monotonic() + limit_s
        while (lacking := first_lacking(texts, self.text)) and time.monotonic() < end:
            time.sleep(0.05)
        return lacking

    def run(self, line: str, answers: tuple[str, ...] = (), cwd: str = "/") -> str:
        """Type a line, then answers while it runs; what it printed, without echo and prompt."""
        start = len(self.target.output)
        self.type(line)
        for answer in answers:
            self.settle()
            self.type(answer)
        self.wait_prompt()
        return printed(decode(bytes(self.target.output[start:])), cwd)


def decode(data: bytes) -> str:
    """Console bytes as text with LF line ends."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def printed(text: str, cwd: str) -> str:
    """What stands between the echo of a line and the next prompt, last newline dropped."""
    body = text.partition("\n")[2]
    prompt = f"{cwd} $: "
    known = _CSI.sub("", body).endswith(prompt)
    body = body[: body.rindex(prompt)] if known else _SHELL_PROMPT.sub("", body)
    return body.removesuffix("\n")


def first_lacking(texts: tuple[str, ...], whole: str) -> str | None:
    """The first of the texts that does not follow the ones before it, or None."""
    at = 0
    for text in texts:
        at = whole.find(text, at)
        if at < 0:
            return text
        at += len(text)
    return None

# SPDX-License-Identifier: MIT
"""Scripts on the faked device: run one, see what it said and what the shell reported."""

import sys

from device_fakes import load


class Scripts:
    """A device with script files: run one, see what it said and what the shell reported."""

    def __init__(self, made, folder):
        self.device = made
        self.folder = folder
        self.executor = load("executor")
        self.variables = load("variables")
        self.state = sys.modules["upyos.state"]
        made.programs.update(
            say=self._say, ok=lambda a, s: 0, bad=lambda a, s: int(a[0]) if a else 1
        )
        made.programs.update(stop=lambda a, s: 130, incr=self._incr, input=self._input)
        made.programs.update(sh=lambda a, s: 99)

    def _say(self, args, _stdin):
        self.device.out(" ".join(args) + "\n")
        return 0

    def _incr(self, args, _stdin):
        old = self.variables.get(args[0])
        self.variables.assign(args[0], int(old or 0) + 1)
        return 0

    def _input(self, _args, stdin):
        self.device.out(stdin.readline().decode() if stdin else "none\n")
        return 0

    def write(self, text, name="s.sh"):
        path = self.folder / name
        path.write_bytes(text.encode())
        return str(path)

    def run(self, text, *args):
        """Run a script; return (status, lines printed)."""
        del self.device.printed[:], self.device.errors[:]
        status = load("grammar.script").run(self.write(text), list(args))
        return status, "".join(self.device.printed).splitlines()

    @property
    def errors(self):
        """Errors without the folder."""
        return [e.replace(f"{self.folder}/", "") for e in self.device.errors]

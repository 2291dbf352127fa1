# SPDX-License-Identifier: MIT
"""How deep the C stack of core 0 gets: the deepest chains of calls that a user can start.

The memory of the stack is read before and after. The lowest word that has another value then is as
deep as the calls have been, or a little less: a word may have been written with the value that it
had.
"""

from dataclasses import dataclass
from pathlib import Path

from upyfw.measure import symbols
from upyfw.measure.bench_machine import Machine

_NESTED = 8
_PIPE = "ls / | sort | uniq | wc"
FILES = {
    "/b/pipe.sh": f"{_PIPE} > /b/piped.txt\n".encode(),
    **{
        f"/b/nest{level}.sh": f"sh /b/nest{level + 1}.sh | cat\n".encode()
        for level in range(1, _NESTED)
    },
    f"/b/nest{_NESTED}.sh": b"echo deep | cat\n",
}
# name → line typed, and keys typed then
LINES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pwd": ("pwd", ()),
    "four commands in a pipe": (_PIPE, ()),
    "the same in a script, into a file": ("sh /b/pipe.sh", ()),
    "scripts and pipes, eight deep": ("sh /b/nest1.sh", ()),
    "ls into tail": ("ls / | tail -1", ()),
    "vi: open, substitute, write, leave": (
        "vi /b/one",
        (b":%s/1/2/g\r", b"yyp", b"/2\r", b":w\r", b":q\r"),
    ),
}


@dataclass(frozen=True)
class Stack:
    """Where the C stack of a firmware lies: its lowest address, its size in bytes."""

    bottom_addr: int
    size_bytes: int

    @classmethod
    def of_elf(cls, elf: Path) -> "Stack":
        """Find it by the linker's symbols __StackTop and StackSize.

        Errors: UpyfwError if the file lacks them.
        """
        top_addr, size_bytes = symbols.values(elf, "__StackTop", "StackSize")
        return cls(top_addr - size_bytes, size_bytes)

    def depth_bytes(self, before: bytes, after: bytes) -> int:
        """Distance from the top to the lowest byte that differs; 0 if none does."""
        changed = (n for n in range(self.size_bytes) if before[n] != after[n])
        return self.size_bytes - next(changed, self.size_bytes)


def measure(machine: Machine, stack: Stack) -> dict[str, int]:
    """Do each line on a board that was just started; bytes of C stack that it took."""

    def memory() -> bytes:
        return machine.emulator.peek(stack.bottom_addr, stack.size_bytes)

    found = {}
    for name, (line, keys) in LINES.items():
        machine.boot()
        before = memory()
        machine.converse(line, keys)
        found[name] = stack.depth_bytes(before, memory())
    return found

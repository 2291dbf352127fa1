# SPDX-License-Identifier: MIT
"""The folder that one firmware is compiled in: what it was made from, what to trust in it."""

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from upyfw.base import child, progress
from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_atomic
from upyfw.base.paths import make_dir

_REASON_WIDTH = 300
_COPY = re.compile(r'^File "[^"]*"')
_STEP = re.compile(r"\[(\d+)/(\d+)\]")
# not -Werror or -DNO_ERROR: commands are printed too, before what the compiler says
_ERROR = re.compile(
    r"(error:|(?<![-\w])error |overflowed by|\*\*\*|No space left|^\s*fatal:|^  File \")",
    re.IGNORECASE,
)
# its text is in the next line that is not empty
_CMAKE_ERROR = re.compile(r"^CMake Error.*:\s*$")


@dataclass(frozen=True)
class Workdir:
    """Build folder of one board and profile."""

    path: Path
    title: str

    @property
    def objects(self) -> Path:
        """Folder that MicroPython's own build works in."""
        return self.path / "obj"

    @property
    def log(self) -> Path:
        """All output of the last build."""
        return self.path / "build.log"

    @property
    def _unfinished(self) -> Path:
        return self.path / "unfinished"

    @property
    def _record(self) -> Path:
        return self.path / "made-from.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds of this folder waiting; the system ends the lock with the process."""
        make_dir(self.path)
        with open(self.path / "lock", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress.say(f"{self.title}: waiting for another build of it")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def building(self, made_from: dict[str, str], checked: tuple[str, ...]) -> Iterator[None]:
        """Mark the folder as unfinished until the block ends well.

        made_from: all that the objects depend on and the build below does not watch itself; if it
        differs from the last time, the objects are thrown away. checked: ends of the names of
        files that the build below trusts only if it saw their command end; all others that an
        unfinished build wrote are thrown away, for they are trusted by their times alone.
        """
        if self._made_from() != made_from:
            shutil.rmtree(self.objects, ignore_errors=True)
        elif self._unfinished.exists():
            self._drop_unfinished(checked)
        write_atomic(self._unfinished, b"")
        write_atomic(self._record, json.dumps(made_from, indent=1).encode())
        yield
        self._unfinished.unlink()

    def _drop_unfinished(self, checked: tuple[str, ...]) -> None:
        begun_ns = self._unfinished.stat().st_mtime_ns
        for path in self.objects.rglob("*"):
            if path.name.endswith(checked) or path.is_dir() or path.is_symlink():
                continue
            if path.stat().st_mtime_ns >= begun_ns:
                path.unlink()

    def on_change(self, name: str, value: str, drop: Callable[[], None]) -> None:
        """Call drop if the value noted under a name is another one, or none; then note it.

        In this order, so that what is cut off between the two is done again.
        """
        note = self.objects / f"{name}.noted"
        if not note.exists() or note.read_text() != value:
            drop()
            write_atomic(note, value.encode())

    def _made_from(self) -> object:
        try:
            return json.loads(self._record.read_bytes())
        except (OSError, ValueError):
            return None

    def run(self, title: str, command: list[str], env: dict[str, str]) -> None:
        """Run one step of a build; its output goes to the log.

        Raises UpyfwError with the first line that looks like an error. If this program is
        interrupted the command and all it started are ended, so that nothing goes on writing.
        """
        with _appending(self.log) as log, progress.step(f"{self.title}: {title}") as report:
            log(f"$ {' '.join(command)}\n")
            try:
                with child.started(command, env) as process:
                    lines = _copy_lines(process, log, report)
                    status = process.wait()
            except OSError as exc:
                raise UpyfwError(
                    f"{self.title}: {title}: {command[0]}: {exc.strerror}",
                    hint="./upyfw doctor shows what is missing",
                ) from None
        if status:
            why = (
                textwrap.shorten(_reason(lines), _REASON_WIDTH, placeholder="…")
                or f"ended with status {status}"
            )
            full = "No space left" in why
            hint = f"make room for {self.path}, then run it again" if full else f"all: {self.log}"
            raise UpyfwError(f"{self.title}: {title}: {why}", hint=hint)


@contextlib.contextmanager
def _appending(path: Path) -> Iterator[Callable[[str], None]]:
    """Give a function that writes to a log; with a full disk it writes nothing.

    What fills the disk says so itself.
    """
    with open(path, "ab", buffering=0) as file:

        def write(text: str) -> None:
            with contextlib.suppress(OSError):
                file.write(text.encode())

        yield write


def _copy_lines(
    process: subprocess.Popen, log: Callable[[str], None], report: progress.Report
) -> list[str]:
    """Copy a command's output to the log; return the lines that look like errors, or the last."""
    kept, last = [], ""
    for line in process.stdout:
        log(line)
        if _CMAKE_ERROR.match(last) and line.strip():
            kept[-1] += " " + line.strip()
        if match := _STEP.match(line):
            report(int(match[1]) / int(match[2]))
        elif _ERROR.search(line):
            kept.append(line.strip())
        last = line.strip() or last
    return kept or [last]


def _reason(lines: list[str]) -> str:
    """Return the best of some error lines: a full region or disk explains the others.

    CMake's own comes next: what programs that it runs say is often no more than a warning.
    """
    if lines[0].startswith("error compiling") and len(lines) > 2:
        # mpy-cross compiled a copy: only this line has the module's name, the next one the number
        module = lines[0].removeprefix("error compiling ").rstrip(":")
        return f"{_COPY.sub(module, lines[1])}: {lines[2]}"
    for text in ("No space left", "overflowed by", "CMake Error"):
        for line in lines:
            if text in line:
                return line
    return lines[0]


def digest(paths: list[Path], root: Path) -> str:
    """Return one SHA-256 over the names (below root) and contents of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root)} {content}\n".encode())
    return total.hexdigest()

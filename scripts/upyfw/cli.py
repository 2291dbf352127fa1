# SPDX-License-Identifier: MIT
"""Arguments of `upyfw`; the only place that prints errors.

A sub-command is a module `cmd_<name>.py` of upyfw.commands with a click command named `command`.
"""

import errno
import importlib
import os
import pkgutil
import signal
import stat
import sys
from difflib import get_close_matches

import rich_click as click

import upyfw
from upyfw import commands
from upyfw.base.errors import FAILED, BadInput, UpyfwError
from upyfw.base.paths import build_dir, cache_dir

INTERRUPTED = 130
_PREFIX = "cmd_"
# kill, and a terminal that is closed
_ENDS = (signal.SIGTERM, signal.SIGHUP)


def command_names() -> list[str]:
    """List the sub-commands, sorted; a module cmd_a_b.py is the command a-b."""
    modules = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return sorted(
        name.removeprefix(_PREFIX).replace("_", "-")
        for name in modules
        if name.startswith(_PREFIX)
    )


class CommandTable(click.RichGroup):
    """A group that imports a sub-command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names for the help page."""
        return command_names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """Import the command's module; UpyfwError offers the nearest name for an unknown one."""
        if name not in command_names():
            near = get_close_matches(name, command_names(), n=3)
            hint = f"did you mean: {', '.join(near)}" if near else "./upyfw --help lists them"
            raise BadInput(f"{name}: no such command", hint)
        module = importlib.import_module(f"upyfw.commands.{_PREFIX}{name.replace('-', '_')}")
        # The name is the file's, whatever the function is called.
        module.command.name = name
        return module.command


@click.group(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(upyfw.__version__, prog_name="upyfw")
@click.pass_context
def main(context: click.Context) -> None:
    """Build, run, test and flash upyOS firmware."""
    if context.invoked_subcommand is None:
        raise BadInput("no command", hint="./upyfw --help lists them")


def end_on_signals() -> None:
    """Have kill and a closed terminal end this program in order, as Ctrl-C does.

    What it started is ended and what it would save at its end is saved; the exit status is 128 +
    the signal's number. A signal that is ignored (nohup) stays so.
    """
    for number in _ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: object) -> None:
    # a closed terminal says so more than once: nothing may interrupt the saving
    for each in _ENDS:
        signal.signal(each, signal.SIG_IGN)
    if number == signal.SIGHUP:
        _leave_terminal()
    sys.exit(128 + number)


def _leave_terminal() -> None:
    """Print to nowhere what would be printed on a terminal that is gone: it would only fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        # a closed terminal does not say any more that it is one
        if stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.dup2(nowhere, descriptor)


def _report(what: str, hint: str | None = None) -> None:
    """Print one line for each thing that failed, and one of advice, to stderr."""
    for line in what.splitlines():
        print(f"upyfw: {line}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)


def _os_reason(error: OSError) -> str:
    """Return 'file: reason' of an OSError nobody else had a better word for."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _os_hint(error: OSError) -> str | None:
    """Return what to do about an OSError, where that is clear."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = "on that disk" if error.filename else f"for {build_dir()} and {cache_dir()}"
        return f"make room {where}, then run it again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "make it writable; another cache: export UPYFW_CACHE=/some/folder"
    return None


def run(args: list[str]) -> int:
    """Run one command line and return its exit status (0, 1, 2 or 130)."""
    try:
        status = main.main(args=args, prog_name="upyfw", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except UpyfwError as error:
        _report(error.what, error.hint)
        return error.status
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "upyfw"
        _report(error.format_message(), hint=f"{where} --help shows the usage")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _report("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except OSError as error:
        _report(_os_reason(error), _os_hint(error))
        return FAILED

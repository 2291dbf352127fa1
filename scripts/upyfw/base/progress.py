# SPDX-License-Identifier: MIT
"""Progress of long steps on stderr: bars on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[float], None]
# whose, what is done, fraction (None: nobody knows)
Show = Callable[[str, str, float | None], None]

console = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Print one plain line about what is being done."""
    console.print(text, markup=False, soft_wrap=True)


@contextmanager
def step(title: str) -> Iterator[Report]:
    """Show one long step; yields a function to call with the fraction done, 0.0 to 1.0.

    A step whose fraction nobody knows shows a moving bar and the time. Where stderr is not a
    terminal the title is one line at the start and nothing else.
    """
    if not console.is_terminal:
        say(title)
        yield lambda fraction: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        task = bars.add_task(title, total=None)
        yield lambda fraction: bars.update(task, total=1.0, completed=fraction)
        bars.update(task, total=1.0, completed=1.0)


@contextmanager
def several(names: list[str]) -> Iterator[Show]:
    """Show what is done for several things at once, a bar each; yields the function to tell it.

    Where stderr is not a terminal it is a line for each new thing that is done.
    """
    told: dict[str, str] = {}
    if not console.is_terminal:

        def line(name: str, what: str, fraction: float | None) -> None:
            if told.get(name) != what:
                told[name] = what
                say(f"{name}: {what}")

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[what]}"))
    with Progress(*columns, console=console) as bars:
        tasks = {name: bars.add_task(name, total=1.0, what="waits", start=False) for name in names}

        def show(name: str, what: str, fraction: float | None) -> None:
            bars.start_task(tasks[name])
            total = None if fraction is None else 1.0
            bars.update(tasks[name], total=total, completed=fraction or 0.0, what=what)

        yield show

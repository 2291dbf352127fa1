# SPDX-License-Identifier: MIT
"""Type a line of a check, as the bench does, in a session."""

from upyfw.measure.bench_lines import Line


def run(session, line: Line) -> str:
    """Type a line, with what it asks for before it; returns what it printed."""
    for text in (f"cd {line.directory}", *line.before):
        session.run(text, cwd=line.directory)
    output = session.run(line.text, cwd=line.directory)
    session.run("cd /")
    return output

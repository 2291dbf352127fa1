# SPDX-License-Identifier: MIT
"""House rules that a linter does not know: sizes, barriers, first lines, addresses."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE

FOLDERS = ("boards", "docs", "fsimage", "manifest", "modules", "ports", "scripts", "tests")
TOP = ("README.md", "CONTRIBUTING.md", "CMakeLists.txt", "pyproject.toml", "upyfw", ".ci/run")
# names of a machine's own folders, and of package registries, put together here so
# that this file does not hold them
MACHINE = re.compile("|".join(f"(?<![\\w.$}}])/{name}/" for name in ("work", "home", "root")))
REGISTRIES = (
    "deb." + "debian.org",
    "registry." + "npmjs",
    "pypi." + "org",
    "files.python" + "hosted",
)
VAGUE = {"utils", "util", "misc", "helpers", "helper", "manager", "common"}

# where anything may be caught: the start, the shell's loop, and where a user's program or Python
# line is run, in the foreground or as a job, or its exception asked for its text; around a peer
# of a service
BARRIERS = {"start/boot", "shell", "loader", "programs/failure", "jobs/tasks", "jobs/threads"}
BARRIERS |= {
    "jobs/job",
    "grammar/arithmetic",
    "grammar/background",
    "grammar/launch",
    "grammar/pyline",
    "grammar/raw_repl",
}
BARRIERS |= {"jobs/connection", "svc/http"}

MAX_LINES = 60
MAX_MEDIAN = 10
MAX_NESTING = 3
# "nearly all" functions stay under this many lines
USUAL_LINES = 35
USUAL_SHARE = 0.97

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _files(*suffixes: str) -> list[Path]:
    """Files of the tree, generated and installed ones left out."""
    found = [TREE / name for name in TOP if (TREE / name).is_file()]
    for folder in FOLDERS:
        found += (TREE / folder).rglob("*")
    skip = {"node_modules", "__pycache__", ".venv", "bad"}
    return sorted(
        path
        for path in found
        if path.is_file()
        and not skip.intersection(path.relative_to(TREE).parts)
        and (not suffixes or path.suffix in suffixes)
    )


def _name(path: Path) -> str:
    return path.relative_to(TREE).as_posix()


def _is_device(path: Path) -> bool:
    return path.relative_to(TREE).parts[0] in ("modules", "ports")


def _functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def _lines(function: Function) -> int:
    """Lines of a function without its docstring."""
    total = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        total -= first.end_lineno - first.lineno + 1
    return total


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Statements below a node; an elif stands as deep as its if."""
    for name, value in ast.iter_fields(node):
        chained = isinstance(node, ast.If) and name == "orelse" and len(value) == 1
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child, chained and isinstance(child, ast.If)


def _nesting(node: ast.AST) -> int:
    """How deep loops, branches and handlers stand in each other; with and try do not count."""
    deepest = 0
    for child, is_elif in _children(node):
        if isinstance(child, Function | ast.ClassDef):
            continue
        blocks = ast.For | ast.AsyncFor | ast.While | ast.If | ast.ExceptHandler
        step = 1 if isinstance(child, blocks) and not is_elif else 0
        deepest = max(deepest, step + _nesting(child))
    return deepest


def _max_file_lines(path: Path) -> int:
    if "bin" in path.relative_to(TREE).parts and _is_device(path):
        return 150
    return 300 if _is_device(path) else 400


PYTHON = _files(".py")
KINDS = {
    "device": [p for p in PYTHON if _is_device(p)],
    "host": [p for p in PYTHON if not _is_device(p)],
}


def test_no_function_is_long():
    long = [
        f"{_name(path)}: {function.name} {_lines(function)}"
        for path in PYTHON
        for function in _functions(path)
        if _lines(function) > MAX_LINES
    ]
    assert long == []


@pytest.mark.parametrize("kind", KINDS)
def test_functions_are_small(kind):
    sizes = [_lines(function) for path in KINDS[kind] for function in _functions(path)]
    assert statistics.median(sizes) <= MAX_MEDIAN
    assert sum(size <= USUAL_LINES for size in sizes) >= USUAL_SHARE * len(sizes)


def test_nesting():
    deep = [
        f"{_name(path)}: {function.name} {_nesting(function)}"
        for path in PYTHON
        for function in _functions(path)
        if _nesting(function) > MAX_NESTING
    ]
    assert deep == []


def test_no_file_is_long():
    sizes = {path: len(path.read_text().splitlines()) for path in _files(".py", ".js")}
    long = [f"{_name(p)}: {size}" for p, size in sizes.items() if size > _max_file_lines(p)]
    assert long == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    passed_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    broad = handler.type is None or bool(names & {"Exception", "BaseException"})
    return broad and not passed_on


def _unmarked(path: Path) -> Iterator[str]:
    """Broad handlers without `# barrier:` on their line or the line above."""
    lines = path.read_text().splitlines()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node):
            near = lines[max(node.lineno - 2, 0)] + lines[node.lineno - 1]
            if "# barrier:" not in near:
                yield f"{_name(path)}:{node.lineno}"


def test_broad_handlers_are_barriers():
    assert [place for path in PYTHON for place in _unmarked(path)] == []


def test_barriers_stand_where_they_may():
    marked = {_name(path) for path in KINDS["device"] if "# barrier:" in path.read_text()}
    assert marked - {f"modules/upyos/{name}.py" for name in BARRIERS} == set()


def test_first_line_names_the_license():
    def head(path: Path) -> str:
        return "\n".join(path.read_text().splitlines()[:2])

    sources = _files(".py", ".js", ".mjs", ".c", ".h", ".toml", ".cmake", ".ld")
    assert [_name(p) for p in sources if "SPDX-License-Identifier: MIT" not in head(p)] == []


def _text_files() -> Iterator[tuple[str, str]]:
    for path in _files():
        try:
            yield _name(path), path.read_text()
        except UnicodeDecodeError:
            continue


def test_no_path_of_a_machine():
    found = [f"{name}: {m[0]}" for name, text in _text_files() for m in MACHINE.finditer(text)]
    assert found == []


def test_no_address_of_a_registry():
    found = [f"{n}: {a}" for n, text in _text_files() for a in REGISTRIES if a in text]
    assert found == []


def test_names_say_something():
    assert [_name(path) for path in _files() if path.stem.lower() in VAGUE] == []


def test_nesting_counts_an_elif_once():
    body = ast.parse("def f():\n if a:\n  pass\n elif b:\n  for x in y:\n   pass\n").body[0]
    assert _nesting(body) == 2


@pytest.mark.parametrize(
    ("clause", "body", "broad"),
    [
        ("except (OSError, Exception):", "pass", True),
        ("except:", "pass", True),
        ("except BaseException:", "raise", False),
        ("except OSError:", "pass", False),
    ],
)
def test_a_broad_handler_is_seen(clause, body, broad):
    text = f"try:\n    pass\n{clause}\n    {body}\n"
    assert _is_broad(ast.parse(text).body[0].handlers[0]) == broad


def test_no_line_of_the_docs_is_long():
    """What does not fit into the row of a table is better said as a list."""
    files = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=TREE, capture_output=True, text=True, check=True
    ).stdout.split()
    long = [
        f"{name}:{number}"
        for name in files
        for number, line in enumerate((TREE / name).read_text().splitlines(), 1)
        if len(line) > 140
    ]
    assert long == []

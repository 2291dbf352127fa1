# SPDX-License-Identifier: MIT
"""Who may import whom: docs/design.md §1 and §2."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE

MODULES = TREE / "modules"
API = {"sdata", "utls", "proc", "kernel", "utelnetserver", "uftpdserver", "ftptiny"}
PORT_NAMES = {"upyos_port", "upyos_board"}
# modules of MicroPython that every port of ours has
PORTABLE = {
    *("array", "asyncio", "binascii", "builtins", "collections", "errno", "gc", "hashlib"),
    *("io", "json", "math", "micropython", "os", "random", "re", "select", "struct", "sys"),
    *("time", "vfs", "_upyos", "deflate", "framebuf"),
}
# modules that some ports lack: never at the top of a file, a missing one is an error line
OPTIONAL = {"machine", "network", "socket", "tls", "_thread", "neopixel"}
# loaded only once a job takes a thread
TOP_MAY = {"modules/upyos/jobs/threads.py": {"_thread"}}

# Who may import whom: places from the ground up, and an arrow goes down, or stays in its folder. A
# place is a folder, or a module where it stands in none.
FLOORS = (
    {"radio"},
    {"network"},
    {"upyos.state"},
    {"sdata"},
    {"upyos_port", "upyos.made"},
    {"upyos.lexer", "upyos.console"},
    {"upyos.process"},
    {"upyos.terminal"},
    {"upyos.lib"},
    {"upyos.lookup", "upyos.variables", "upyos.lineedit"},
    {"upyos.settings", "upyos.line"},
    {"upyos.programs"},
    {"upyos.loader"},
    {"upyos.jobs"},
    {"upyos.executor"},
    {"upyos.grammar"},
    {"upyos.trial"},
    {"upyos.shell", "upyos.start"},
    {"kernel", "proc"},
    {"utls"},
    {"upyos.svc", "libraries"},
    {"upyos.tls"},
    {"_slot"},
    {"upyos.upgrade"},
    {"utelnetserver", "uftpdserver"},
    {"ftptiny"},
    {"upyos.bin"},
    {"_boot", "boot", "main"},
)
# The only arrows that climb. What stays in memory (hot) loads its rarer half (cold) when that is
# wanted, and the cold half knows the hot one; start is the half of the kernel object.
PAIRS = {
    ("upyos.lexer", "upyos.grammar.words"),
    ("upyos.lexer", "upyos.grammar.angles"),
    ("upyos.lexer", "upyos.grammar.brackets"),
    ("upyos.grammar.words", "upyos.grammar.brackets"),
    ("upyos.lexer", "upyos.grammar.expansion"),
    ("upyos.executor", "upyos.grammar.special"),
    ("upyos.executor", "upyos.grammar.tested"),
    ("upyos.executor", "upyos.grammar.substitution"),
    ("upyos.grammar.script", "upyos.grammar.functions"),
    ("upyos.grammar.expansion", "upyos.grammar.parameter"),
    ("upyos.grammar.expansion", "upyos.grammar.substitution"),
    ("upyos.grammar.steps", "upyos.grammar.substitution"),
    ("sdata", "upyos.settings.board"),
    ("upyos.console", "upyos.terminal.cooked"),
    ("upyos.process", "upyos.terminal.stdin"),
    ("upyos.lineedit", "upyos.line.editkeys"),
    ("upyos.lineedit", "upyos.line.history"),
    ("upyos.lineedit", "upyos.line.wide"),
    ("upyos.line.complete", "upyos.programs.manual"),
    ("upyos.variables", "upyos.grammar.frame"),
    ("upyos.executor", "upyos.grammar.builtins"),
    ("upyos.executor", "upyos.grammar.launch"),
    ("upyos.executor", "upyos.grammar.lists"),
    ("upyos.executor", "upyos.grammar.pyline"),
    ("upyos.executor", "upyos.grammar.redirection"),
    ("upyos.executor", "upyos.grammar.jumps"),
    ("upyos.executor", "upyos.grammar.script"),
    ("upyos.executor", "upyos.grammar.session"),
    ("upyos.jobs.held", "upyos.shell"),
    ("upyos.start.boot", "kernel"),
    ("upyos.start.control", "kernel"),
    ("upyos.start.upgraded", "kernel"),
    ("upyos.trial", "upyos.start.upgraded"),
    ("upyos.svc.service", "upyos.tls.secured"),
}
# Numbers that the build puts where they are imported: no arrow.
CODES = "upyos.lib.codes"

# What commands import besides lib, the api and libraries: those of the shell are parts of it.
BIN_MAY = {
    "process": {"process", "state"},
    "shell": {"state", "console", "process", "lookup", "executor", "variables"},
    "system": {"settings", "start", "state", "trial", "upgrade"},
    "network": {"svc", "state"},
}
BIN_MAY["shell"] |= {"made", "grammar", "programs", "lexer"}
# what libraries of modules/lib may import of the system, besides the api and each other
LIBRARY_MAY = {"lib", "console"}


LIBRARIES = {path.stem for path in (MODULES / "lib").iterdir() if path.name[0] not in "._"}


def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (TREE / folder).rglob("*.py"))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all modules imported below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node)


def _from(node: ast.ImportFrom) -> Iterator[str]:
    """Modules that a from-import names: upyos.state in `from upyos import state`."""
    for alias in node.names:
        whole = f"{node.module}.{alias.name}"
        is_module = (MODULES / whole.replace(".", "/")).with_suffix(".py").is_file()
        yield whole if is_module else node.module


def _parts(path: Path) -> set[str]:
    """Parts of the package upyos that a file imports: lib, state, bin, …"""
    names = _imports(ast.parse(path.read_text()))
    return {name.split(".")[1] for name in names if name.startswith("upyos.")}


def _roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(ast.parse(path.read_text()))}


def _name(path: Path) -> str:
    return path.relative_to(TREE).as_posix()


def _broken(paths: list[Path], allowed: set[str]) -> list[str]:
    return [f"{_name(p)}: upyos.{part}" for p in paths for part in sorted(_parts(p) - allowed)]


GROUPS = sorted({path.parent.name for path in (MODULES / "upyos/bin").glob("*/*.py")})


@pytest.mark.parametrize("group", GROUPS)
def test_commands_import_lib_and_little_else(group):
    allowed = {"lib"} | BIN_MAY.get(group, set())
    assert _broken(_sources(f"modules/upyos/bin/{group}"), allowed) == []


def _modules(root: Path = TREE) -> dict[str, list[Path]]:
    """Return {name on the device: its files} of all modules; a port's have the same names."""
    found: dict[str, list[Path]] = {}
    for folder in ("modules", "modules/api", "modules/lib", "ports/*"):
        for path in sorted(root.glob(f"{folder}/**/*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            parts = parts[1 if parts[1] == "upyos" else 2 :]
            name = ".".join(parts).removesuffix(".__init__")
            if path not in found.setdefault(name, []):
                found[name].append(path)
    return found


def _arrows(modules: dict[str, list[Path]]) -> dict[str, set[str]]:
    """Return {module: the modules of ours that it imports}, deferred imports too."""
    arrows = {}
    for name, paths in modules.items():
        trees = [ast.parse(path.read_text()) for path in paths]
        targets = {found for tree in trees for found in _imports(tree)}
        made = {target for target in targets if target.startswith("upyos.made")}
        arrows[name] = {t for t in targets if t in modules} - {name, CODES} | made
    return arrows


def _place(name: str) -> str:
    parts = name.split(".")
    if parts[0] in LIBRARIES:
        return "libraries"
    return ".".join(parts[:2])


def _floor(name: str) -> int:
    return next((i for i, places in enumerate(FLOORS) if _place(name) in places), -1)


def _climbing(arrows: dict[str, set[str]]) -> list[str]:
    """The arrows that neither go down nor stay in their folder, but for the named pairs."""
    return [
        f"{name} -> {other}"
        for name, others in sorted(arrows.items())
        for other in sorted(others)
        if _floor(other) >= _floor(name)
        and _place(other) != _place(name)
        and (name, other) not in PAIRS
    ]


def _circles(arrows: dict[str, set[str]]) -> list[str]:
    """The modules that an arrow leads back to, without the named pairs."""
    left = {
        name: {other for other in others if (name, other) not in PAIRS}
        for name, others in arrows.items()
    }
    while ends := [name for name, others in left.items() if not others & left.keys()]:
        for name in ends:
            del left[name]
    return sorted(left)


def test_every_place_has_its_floor():
    assert [name for name in _modules() if name != "upyos" and _floor(name) < 0] == []


def test_no_arrow_climbs():
    assert _climbing(_arrows(_modules())) == []


def test_there_is_no_circle():
    assert _circles(_arrows(_modules())) == []


def test_the_named_pairs_are_there():
    arrows = _arrows(_modules())
    assert [pair for pair in PAIRS if pair[1] not in arrows[pair[0]]] == []


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("lib/keys", "from upyos.grammar import script", "upyos.lib.keys -> upyos.grammar.script"),
        ("console", "from upyos.jobs import turns", "upyos.console -> upyos.jobs.turns"),
        ("jobs/job", "import upyos.executor", "upyos.jobs.job -> upyos.executor"),
        ("programs/mend", "import kernel", "upyos.programs.mend -> kernel"),
    ],
)
def test_a_new_arrow_that_climbs_is_told(name, line, told, monkeypatch, tmp_path):
    """A deferred one, in a copy of the tree."""
    for folder in ("modules", "ports"):
        shutil.copytree(TREE / folder, tmp_path / folder)
    monkeypatch.setitem(globals(), "MODULES", tmp_path / "modules")
    with open(tmp_path / f"modules/upyos/{name}.py", "a") as file:
        file.write(f"\n\ndef later():\n    {line}\n")
    assert _climbing(_arrows(_modules(tmp_path))) == [told]


def test_a_new_circle_is_told(monkeypatch, tmp_path):
    shutil.copytree(TREE / "modules", tmp_path / "modules")
    monkeypatch.setitem(globals(), "MODULES", tmp_path / "modules")
    with open(tmp_path / "modules/upyos/jobs/tasks.py", "a") as file:
        file.write("\n\ndef later():\n    from upyos.jobs import loop\n")
    assert {"upyos.jobs.loop", "upyos.jobs.tasks"} <= set(_circles(_arrows(_modules(tmp_path))))


def test_libraries_import_lib_and_the_console():
    assert _broken(_sources("modules/lib"), LIBRARY_MAY) == []


def test_libraries_are_dropped_after_a_command():
    tree = ast.parse((MODULES / "upyos/loader.py").read_text())
    values = [
        n.value for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "_PASSING"
    ]
    assert set(ast.literal_eval(values[0].args[0])) >= LIBRARIES


def test_nobody_imports_a_command():
    every = _sources("modules", "ports")
    assert [_name(path) for path in every if "bin" in _parts(path)] == []


def test_what_stays_loads_only_what_stays():
    """What stands in no folder is always in memory: what it loads at once stays there too."""
    found = []
    for path in sorted((MODULES / "upyos").glob("*.py")):
        names = [n for n in _top_imports(path) if n.startswith("upyos.") and n != CODES]
        stays = {f"upyos.{other.stem}" for other in (MODULES / "upyos").glob("*.py")}
        found += [f"{path.stem}: {name}" for name in sorted(set(names) - stays)]
    assert found == []


def test_device_code_imports_what_is_there():
    known = PORTABLE | OPTIONAL | API | PORT_NAMES | LIBRARIES | {"upyos"}
    found = [f"{_name(p)}: {n}" for p in _sources("modules") for n in sorted(_roots(p) - known)]
    assert found == []


def test_optional_modules_are_not_at_the_top():
    found = []
    for path in _sources("modules"):
        names = {name.split(".")[0] for name in _top_imports(path)} & OPTIONAL
        found += [f"{_name(path)}: {n}" for n in sorted(names - TOP_MAY.get(_name(path), set()))]
    assert found == []


def _top_imports(path: Path) -> list[str]:
    top = ast.parse(path.read_text()).body
    imports = [node for node in top if isinstance(node, ast.Import | ast.ImportFrom)]
    return [name for node in imports for name in _imports(node)]


def test_host_does_not_import_the_device():
    device = {"upyos", "upyos_port", "_upyos", *API}
    paths = _sources("scripts")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & device)] == []


def test_device_does_not_import_the_host():
    host = {"upyfw", "pathlib", "typing", "dataclasses", "subprocess"}
    paths = _sources("modules", "ports")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & host)] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("from upyos import state\n", {"upyos.state"}),
        ("def f():\n    import upyos.shell\n", {"upyos.shell"}),
        ("from upyos.lib.command import fail\n", {"upyos.lib.command"}),
    ],
)
def test_imports_are_seen(text, parts, monkeypatch, tmp_path):
    (tmp_path / "upyos/lib").mkdir(parents=True)
    (tmp_path / "upyos/state.py").touch()
    (tmp_path / "upyos/lib/command.py").touch()
    monkeypatch.setitem(globals(), "MODULES", tmp_path)
    assert set(_imports(ast.parse(text))) == parts

# SPDX-License-Identifier: MIT
"""The case files of tests/cases: what they may say, read strictly."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
CASES = TREE / "tests" / "cases"
NEEDS = {"net", "wifi", "threads", "repl", "reset", "flash", "chip", "usbnet", "slow"}
TARGETS = {
    "UNIX": {"net", "wifi", "threads", "repl", "reset", "slow"},
    "RPI_PICO": {"threads", "repl", "reset", "flash", "chip", "usbnet", "slow"},
}

_DOCS = ("R", "C", "X")
_OUTPUTS = ("out", "match", "has", "usage")
_FILE_KEYS = {"uses", "files", "check", "case"}


class CaseError(ValueError):
    """A case file that does not follow README.md."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """What checks and cases have in common."""

    id: str
    title: str = ""
    doc: str = "C"
    uses: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Check(Item):
    """One command, its exact output and status; shares a start with its neighbours."""

    cmd: str
    out: str | None = None
    err: tuple[str, ...] = ()
    usage: bool = False
    match: str | None = None
    has: tuple[str, ...] | None = None
    status: int = 0
    dir: str = "/"
    before: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    then: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case(Item):
    """A session from a fresh start."""

    input: tuple[str, ...]
    expect: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


_LISTS = {"uses", "needs", "absent", "err", "has", "before", "keys", "input", "expect", "remove"}
_TABLES = {"files", "then"}
_CHECK_KEYS = set(Check.__dataclass_fields__) - {"files", "group"}
_CASE_KEYS = set(Case.__dataclass_fields__) - {"group"}


def _texts(where: str, value: object) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise CaseError(f"{where}: a list of texts is wanted")
    return tuple(items)


def _table(where: str, value: object) -> dict[str, str]:
    """A table of text to text."""
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise CaseError(f"{where}: a table of texts is wanted")
    return value


def _value(where: str, key: str, value: object) -> object:
    """One value in the type its key has."""
    if key in _LISTS:
        return _texts(where, value)
    if key in _TABLES:
        return _table(where, value)
    kind = {"status": int, "usage": bool}.get(key, str)
    if type(value) is not kind:
        raise CaseError(f"{where}: {kind.__name__} is wanted")
    return value


def _values(where: str, raw: dict, allowed: set[str], wanted: tuple[str, ...]) -> dict:
    """The keys of one item, known ones only, all wanted ones there."""
    unknown = sorted(set(raw) - allowed)
    if unknown:
        raise CaseError(f"{where}: unknown key {unknown[0]!r}")
    for key in wanted:
        if key not in raw:
            raise CaseError(f"{where}: {key!r} is missing")
    return {key: _value(f"{where}: {key}", key, value) for key, value in raw.items()}


def _common(where: str, values: dict, contract: set[str]) -> None:
    """Refuse what no item may say."""
    if values.get("doc", "C") not in _DOCS:
        raise CaseError(f"{where}: doc is one of R, C, X")
    for need in values.get("needs", ()):
        if need not in NEEDS:
            raise CaseError(f"{where}: unknown need {need!r}")
    for name in values.get("uses", ()):
        if name not in contract:
            raise CaseError(f"{where}: {name!r} is no command of docs/spec/commands.md")


def _check(where: str, raw: dict, group: str) -> Check:
    values = _values(where, raw, _CHECK_KEYS, ("id", "cmd"))
    given = [key for key in _OUTPUTS if key in values]
    if len(given) > 1:
        raise CaseError(f"{where}: {given[0]!r} and {given[1]!r} exclude each other")
    if values.get("usage"):
        values.setdefault("status", 2)
    if "match" in values:
        re.compile(values["match"])
    return Check(**{"title": values["cmd"], **values, "group": group})


def _case(where: str, raw: dict, group: str) -> Case:
    values = _values(where, raw, _CASE_KEYS, ("id", "title", "input"))
    if not values.get("expect") and not values.get("absent"):
        raise CaseError(f"{where}: neither 'expect' nor 'absent': it cannot fail")
    return Case(**values, group=group)


def commands_of_contract(text: str | None = None) -> set[str]:
    """Names at the head of the paragraphs of docs/spec/commands.md."""
    text = (TREE / "docs/spec/commands.md").read_text() if text is None else text
    names = set()
    for cell in re.findall(r"^\* ([^:`]+): (?:`|same)", text, re.MULTILINE):
        names.update(name.strip(" *") for name in re.sub(r"\(.*?\)", "", cell).split(","))
    return names - {""}


def commands_of_tree(tree: Path = TREE) -> set[str]:
    """The commands that exist: files of modules/upyos/bin and the builtins that lookup names."""
    package = tree / "modules" / "upyos"
    names = {path.stem for path in (package / "bin").glob("*/*.py")}
    builtins = re.search(
        r'^BUILTIN_NAMES = "(.*)"$', (package / "lookup.py").read_text(), re.MULTILINE
    )
    return (names | set(builtins[1].split())) & commands_of_contract()


def _own_command(path: Path, root: Path, contract: set[str]) -> tuple[str, ...]:
    """The command that a file directly in tests/cases is named after."""
    return (path.stem,) if path.parent == root and path.stem in contract else ()


def load_file(path: Path, root: Path = CASES, contract: set[str] | None = None) -> list[Item]:
    """Read one case file, checks first.

    Errors: CaseError, with file and id, for anything that README.md does not allow.
    """
    contract = commands_of_contract() if contract is None else contract
    group = path.relative_to(root).with_suffix("").as_posix()
    try:
        raw = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{group}: {error}") from error
    top = _values(group, {k: v for k, v in raw.items() if k in ("uses", "files")}, _FILE_KEYS, ())
    unknown = sorted(set(raw) - _FILE_KEYS)
    if unknown:
        raise CaseError(f"{group}: unknown key {unknown[0]!r}")
    _common(group, top, contract)
    uses = _own_command(path, root, contract) + top.get("uses", ())
    return list(_items(raw, group, contract, uses, top.get("files", {})))


def _items(raw: dict, group: str, contract: set[str], uses: tuple, files: dict) -> Iterator[Item]:
    for kind, make in (("check", _check), ("case", _case)):
        for one in raw.get(kind, []):
            where = f"{group}: {one.get('id', kind)}"
            if kind == "check" and "/" in group:
                raise CaseError(f"{where}: checks stand in files directly in tests/cases")
            item = make(where, one, group)
            _common(where, vars(item), contract)
            every = tuple(dict.fromkeys(uses + item.uses))
            yield type(item)(**{**vars(item), "uses": every, "files": {**files, **item.files}})


def load_all(root: Path = CASES) -> list[Item]:
    """Read every case file; CaseError if an id is used twice."""
    contract = commands_of_contract()
    items: dict[str, Item] = {}
    for path in sorted(root.rglob("*.toml")):
        if path.name == "pending.toml":
            continue
        for item in load_file(path, root, contract):
            if item.id in items:
                raise CaseError(f"{item.group}: id {item.id!r} is used in {items[item.id].group}")
            items[item.id] = item
    return list(items.values())


def missing(item: Item, present: set[str]) -> list[str]:
    """What keeps an item from being collected on any target: commands, and needs as `needs X`."""
    names = [name for name in item.uses if name not in present]
    everywhere = set.union(*TARGETS.values())
    return names + [f"needs {need}" for need in item.needs if need not in everywhere]


def for_target(items: list[Item], target: str, present: set[str]) -> list[Item]:
    """The items that can run on a target."""
    have = TARGETS[target]
    return [i for i in items if not missing(i, present) and have.issuperset(i.needs)]


def usage_line(name: str, tree: Path = TREE) -> str:
    """First line of the docstring of a command; of a builtin its name."""
    for path in (tree / "modules/upyos/bin").glob(f"*/{name}.py"):
        return (ast.get_docstring(ast.parse(path.read_text())) or name).split("\n")[0]
    return name


def pending(items: list[Item], present: set[str]) -> str:
    """The text of pending.toml: every item that no target collects, and what it lacks."""
    head = "# SPDX-License-Identifier: MIT\n# Made by: python3 tests/casefile.py\n\n"
    lacking = sorted((item.id, missing(item, present)) for item in items)
    rows = (f"{name} = {lack!r}\n".replace("'", '"') for name, lack in lacking if lack)
    return head + "".join(rows)


if __name__ == "__main__":
    (CASES / "pending.toml").write_text(pending(load_all(), commands_of_tree()))

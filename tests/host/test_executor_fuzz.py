# SPDX-License-Identifier: MIT
"""Random programs: whatever a line or a script holds, the executor ends as it should.

Lines and scripts are generated twice: well formed, and as words in any order. Nothing but what the
contract allows may come out, and the shell's state must be what it was.
"""

import sys

import pytest
from device_fakes import device, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# programs that a line or script may run, steps that a script may make, before it is stopped
MOST_RUNS = 60
MOST_STEPS = 400
# times that `more` says that a loop goes on
MORE = 3
DEEP_BYTES = 5000


class Watched:
    """The fake process of scripts: it is killed after many steps, so that every loop ends."""

    def __init__(self) -> None:
        self.steps = 0

    @property
    def sts(self) -> str:
        self.steps += 1
        return "R" if self.steps < MOST_STEPS else "S"


class Shell:
    """The shell on CPython in a folder of its own."""

    def __init__(self, made, folder) -> None:
        self.device = made
        self.folder = folder
        self.executor = load("executor")
        self.state = sys.modules["upyos.state"]
        load("grammar.pipe")._FILE = str(folder / "pipe")
        sys.modules["upyos.process"].enter = lambda path, args: Watched()
        self._left = MORE
        programs = {"say": self._say, "up": self._up, "typed": self._typed, "more": self._more}
        programs |= {"bad": lambda args, stdin: 3, "ok": lambda args, stdin: 0}
        programs |= {"stop": lambda args, stdin: 130, "inner": self._inner, "long": self._long}
        made.programs = {name: self._counted(run) for name, run in programs.items()}

    def begin(self, digits: bool = False) -> None:
        """Forget what the line before left; the session has digits, or had none yet."""
        self.device.runs.clear()
        self.device.errors.clear()
        self._left = MORE
        self.state.frame = self.device.target = None
        self.state.result = False
        sys.modules["sdata"].sysconfig["env"].clear()
        if digits:
            load("variables").assign("1", "one")

    def _counted(self, run):
        def counted(args, stdin):
            return 130 if len(self.device.runs) > MOST_RUNS else run(args, stdin)

        return counted

    def _say(self, args, _stdin) -> int:
        self.device.out(" ".join(args) + "\n")
        return 0

    def _long(self, _args, _stdin) -> int:
        self.device.out("x" * DEEP_BYTES)
        return 0

    def _up(self, _args, stdin) -> int:
        self.device.out(stdin.read().decode().upper() if stdin else "no input\n")
        return 0

    def _typed(self, _args, _stdin) -> bool:
        if type(self.state.result) is not bool:
            self.state.result.value = False
        return 1

    def _more(self, _args, _stdin) -> int:
        self._left -= 1
        return int(self._left < 0)

    def _inner(self, _args, _stdin) -> int:
        """A program that runs lines of its own, as sdata.upyos.run_cmd does."""
        for line in ("say a > v", "typed ; bad && say b", "if ok ; say c ; fi", "say 'x"):
            self.executor.run_line(line)
        return 0


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "in.txt").write_bytes(b"one\ntwo\n")
    with device() as made:
        yield Shell(made, folder)


# ---- programs that are well formed ----

NAMES = st.sampled_from(["v", "w", "x", "1", "0"])
WORDS = st.sampled_from(
    [
        *("a", "b", "''", "'a b'", "$v", '"$w $x"', "${v}z", "$?", "$@", '"$*"', "3"),
        *(
            "$(say a b)",
            '"$(say x; bad)"',
            "$((1+2))",
            "$(($v+1))",
            "${v:-d}",
            "${w#a}",
            "${x:?no}",
        ),
        *("*", "[ab]*", "****", "~", "${x:?no}", "x=$(say y)", "$(nosuch)", "$(say $(up))"),
    ]
)
COMMANDS = st.sampled_from(["say", "up", "typed", "bad", "ok", "inner", "long", "nosuch", "more"])
ASSIGNED = st.sampled_from(["v=1 ", "w=$(say z) ", "! ", "x= "])
TARGETS = ["v", "w", "1", "?", "F/out.txt", "F/in.txt", "F/keep.txt", "F/none/x.txt", "$v", "''"]
OPERATORS = [" > ", " >> ", " < ", " 2> ", " 2>> ", " &> ", " <<< "]
REDIRECTIONS = st.one_of(
    st.tuples(st.sampled_from(OPERATORS), st.sampled_from(TARGETS)),
    st.sampled_from([(" 2>&1", ""), (" >&2", ""), (" > ", "/dev/null")]),
)


@st.composite
def commands(draw) -> str:
    """One command with words and redirections."""
    line = "".join(draw(st.lists(ASSIGNED, max_size=1)))
    line += " ".join([draw(COMMANDS), *draw(st.lists(WORDS, max_size=3))])
    for operator, target in draw(st.lists(REDIRECTIONS, max_size=2)):
        line += operator + target
    return line


@st.composite
def lists(draw) -> str:
    """Commands with | && || between them."""
    line = draw(commands())
    for operator in draw(st.lists(st.sampled_from([" | ", " && ", " || "]), max_size=3)):
        line += operator + draw(commands())
    return line


@st.composite
def comparisons(draw) -> str:
    """A OP B."""
    operator = draw(st.sampled_from(["==", "!=", "<", ">=", "in", "~"]))
    return f"{draw(WORDS)} {operator} {draw(WORDS)}"


def _block(body):
    conditions = st.one_of(lists(), comparisons())
    loops = st.one_of(
        st.builds("while more && {} ; {} ; done".format, commands(), body),
        st.builds("for {} in {} ; {} ; done".format, NAMES, WORDS, body),
    )
    ifs = st.builds("if {} ; then {} ; else {} ; fi".format, conditions, body, body)
    cases = st.builds("case {} in a|{}) {} ;; *) {} ;; esac".format, WORDS, WORDS, body, body)
    groups = st.sampled_from(["{{ {} ; }}", "( {} )", "f() {{ {} ; }} ; f a"]).flatmap(
        lambda form: st.builds(form.format, body)
    )
    behind = st.sampled_from([" | up", " > F/out.txt", " 2>&1 | up", " < F/in.txt", " && ok"])
    commands_too = st.builds("{}{}".format, st.one_of(loops, ifs, cases, groups), behind)
    before = st.builds("say a | {}".format, st.one_of(loops, ifs, groups))
    blocks = st.one_of(loops, ifs, cases, groups, commands_too, before)
    return st.one_of(blocks, st.builds("{} ; {}".format, body, body))


SIMPLE = st.one_of(
    *(lists(), st.just("break"), st.just("continue"), st.just("set -e")),
    *(st.builds("if {} {}".format, comparisons(), body) for body in (lists(), st.just("break"))),
)
LINES = st.recursive(SIMPLE, _block, max_leaves=6)
IN_SCRIPTS = st.sampled_from(["goto a", ":a", "skip 1", "return 4", "exit 5", "exit x", "# c", ""])

# ---- words in any order; no comparison, with which a loop could go on without a step ----

SOUP = ["if", "elif", "else", "fi", "while more", "for x in", "done", "break", "continue", "ok"]
SOUP += ["say", "bad", "'", '"', "$v", "${", "\\", "|", "&&", "||", ";", ">", ">>", "<", "v", "#"]
SOUP += [
    "F/out.txt",
    "set -e",
    "goto a",
    ":a",
    "skip 2",
    "return",
    "stop",
    "é",
    *("case", "in", "a)", ";;", "esac", "then", "do", "until", "{", "}", "(", ")", "f()", "f"),
    *("$(", "$((", "${v:-", "*", "[", "]", "!", "2>", "&>", "<<", "<<< a", ">&2", "2>&1", "x=1"),
    *("local v", "shift", ":", ". F/in.txt", "~", "function f {", "`", "${#v}"),
    "\0",
    "${v}",
    "$@",
]
SOUP_LINES = st.lists(st.sampled_from(SOUP), min_size=1, max_size=9).map(" ".join)

EXAMPLES = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _check_after(shell, status) -> None:
    """The state is that of before the line."""
    state = shell.state
    assert type(status) is int and 0 <= status <= 255
    assert status == state.status
    assert shell.device.target is None
    assert state.result is False
    assert not shell.executor.found
    if state.frame is not None:
        # the session's own, which holds its digits
        assert (state.frame.path, state.frame.control) == ("", None)
    assert not list(shell.folder.glob("pipe*"))
    assert all("\n" not in error for error in shell.device.errors)


def _no_more() -> None:
    """What a block that is not closed gets instead of a further line."""


@EXAMPLES
@given(line=st.one_of(LINES, SOUP_LINES), digits=st.booleans())
def test_a_line_leaves_the_state_as_it_was(shell, line, digits):
    shell.begin(digits)
    status = shell.executor.run_line(line.replace("F/", f"{shell.folder}/"), _no_more)
    _check_after(shell, status)


@EXAMPLES
@given(lines=st.lists(st.one_of(LINES, IN_SCRIPTS, SOUP_LINES), max_size=8))
def test_a_script_leaves_the_state_as_it_was(shell, lines):
    shell.begin()
    script = shell.folder / "s.sh"
    script.write_bytes("\n".join(lines).replace("F/", f"{shell.folder}/").encode())
    _check_after(shell, shell.executor.run_line(f"{script} a 'b c'"))
    assert all(": " in error for error in shell.device.errors)


@EXAMPLES
@given(lines=st.lists(st.one_of(LINES, SOUP_LINES), max_size=4))
def test_a_line_inside_another_leaves_its_state(shell, lines):
    """A program in a pipe to a variable runs lines: its own output still goes where it went."""
    shell.begin()

    def state():
        return shell.device.target, shell.state.result, shell.state.result.value

    def runs(_args, stdin):
        shell.device.out("<")
        shell.state.result.value = lines
        for line in lines:
            before = state()
            shell.executor.run_line(line.replace("F/", f"{shell.folder}/"), _no_more)
            assert state() == before
        shell.state.result.value = ...
        shell.device.out(">")
        return stdin.read(1) != b"o"

    shell.device.programs["runs"] = runs
    assert shell.executor.run_line("say one | runs >> result ; say $?") in (0, 130)
    found = sys.modules["sdata"].sysconfig["env"]["result"]
    assert (found[0], found[-1]) == ("<", ">")

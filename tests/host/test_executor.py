# SPDX-License-Identifier: MIT
"""Lists, pipes, redirection, statuses: docs/spec/behaviour.md §5.2, 5.5 to 5.7."""

import sys

import pytest
from device_fakes import device, load


def _state():
    return sys.modules["upyos.state"]


@pytest.fixture
def shell():
    """A device with the programs say, ok, bad, up, typed."""
    with device() as made:
        made.executor = load("executor")

        def say(args, _stdin):
            made.out(" ".join(args) + "\n")
            return 0

        def up(_args, stdin):
            made.out(stdin.read().decode().upper() if stdin else "no input\n")
            return 0

        def typed(_args, _stdin):
            state = _state()
            if type(state.result) is not bool:
                state.result.value = True
            elif not state.result:
                made.out("True\n")
            return 0

        made.programs.update(say=say, up=up, typed=typed, ok=lambda a, s: 0)
        made.programs["bad"] = lambda args, stdin: int(args[0]) if args else 1
        made.programs["stop"] = lambda args, stdin: 130
        made.line = made.executor.run_line
        made.env = sys.modules["sdata"].sysconfig["env"]
        yield made


class TestLists:
    def test_one_after_the_other(self, shell):
        assert shell.line("say a; say b ; ; say c") == 0
        assert "".join(shell.printed) == "a\nb\nc\n"

    @pytest.mark.parametrize(
        "line, words",
        [
            ("ok && say y", "y"),
            ("bad && say y", ""),
            ("bad || say y", "y"),
            ("ok || say y", ""),
            ("bad && say a || say b", "b"),
            ("ok || say a && say b", "b"),
            ("ok && bad || say c && say d", "c d"),
            ("bad && say a ; say b", "b"),
        ],
    )
    def test_and_or_from_left_to_right(self, shell, line, words):
        shell.line(line)
        assert "".join(shell.printed).split() == words.split()

    def test_status_is_that_of_the_last_that_ran(self, shell):
        assert shell.line("bad 3 && ok") == 3
        assert shell.line("bad 3 ; ok") == 0
        assert shell.line("say $?") == 0
        assert shell.line("bad 7 || bad 5") == 5
        assert load("variables").get("?") == 5

    def test_an_empty_line_keeps_the_status(self, shell):
        shell.line("bad 4")
        assert shell.line("  # nothing") == 4

    def test_interrupt_ends_the_line(self, shell):
        assert shell.line("stop ; say a") == 130
        assert shell.line("stop || say a") == 130
        assert shell.line("stop | say a") == 130
        assert shell.printed == []

    def test_syntax_error_runs_nothing(self, shell):
        assert shell.line("say a ; say 'b") == 2
        assert shell.line("say a && | say b") == 2
        assert shell.printed == []
        assert len(shell.errors) == 2
        assert "column 13" in shell.errors[0]

    def test_not_found(self, shell):
        assert shell.line("nosuch9 x") == 127
        assert shell.errors == ["nosuch9: not found"]

    def test_control_words_need_a_script(self, shell):
        for word in ("goto x", "return", "skip 1", "break", "continue"):
            assert shell.line(word) == 2
        assert len(shell.errors) == 5

    def test_user_commands(self, shell):
        sys.modules["sdata"].upyos.user_commands = {"mine": lambda *args: len(args)}
        assert shell.line("mine a 'b c'") == 2


class TestPipes:
    def test_output_becomes_input(self, shell):
        assert shell.line("say a b | up") == 0
        assert "".join(shell.printed) == "A B\n"

    def test_status_of_the_last(self, shell):
        assert shell.line("bad | ok") == 0
        assert shell.line("ok | bad 3") == 3

    def test_three_stages(self, shell):
        shell.line("say x | up | up > v")
        assert shell.env["v"] == "X"

    def test_a_long_output_goes_through_a_file(self, shell, tmp_path, monkeypatch):
        pipe = load("grammar.pipe")
        monkeypatch.setattr(pipe, "_FILE", str(tmp_path / "pipe"))
        text = "x" * 999 + "\n"
        shell.programs["long"] = lambda args, stdin: [shell.out(text) for _ in range(9)] and 0
        lengths = []

        def count(_args, stdin):
            lengths.append(len(list(tmp_path.iterdir())))
            lengths.append(len(stdin.read()))
            return 0

        shell.programs["count"] = count
        assert shell.line("long | count") == 0
        assert lengths == [1, 9000]
        assert list(tmp_path.iterdir()) == []


class TestVariables:
    def test_text_without_its_last_newline(self, shell):
        shell.line("say a > v")
        assert shell.env["v"] == "a"

    def test_append_puts_nothing_between(self, shell):
        shell.line("say one > v ; say two >> v ; say 3 >> w")
        assert shell.env["v"] == "onetwo"
        assert shell.env["w"] == "3"

    def test_typed_result(self, shell):
        shell.line("typed > v")
        assert shell.env["v"] is True
        assert shell.printed == []

    def test_typed_result_appended_is_text(self, shell):
        shell.line("say x > v ; typed >> v")
        assert shell.env["v"] == "xTrue"

    def test_the_result_does_not_leak(self, shell):
        shell.line("typed > v ; say b > w ; typed")
        assert shell.env["w"] == "b"
        assert shell.printed == ["True\n"]

    def test_a_command_inside_leaves_the_outer_one_its_result(self, shell):
        def outer(_args, _stdin):
            shell.line("typed > w ; typed")
            _state().result.value = 7
            return 0

        shell.programs["outer"] = outer
        shell.line("outer > v")
        assert shell.env["v"] == 7
        assert shell.env["w"] is True
        assert _state().result is False

    def test_input_from_a_variable(self, shell):
        shell.env["v"] = 12
        shell.line("up < v > w")
        assert shell.env["w"] == "12"

    @pytest.mark.parametrize("target", ["?", "'#'", "a-b", "''", "9x"])
    def test_not_a_variable(self, shell, target):
        assert shell.line(f"say a > {target}") == 1
        assert shell.runs == []
        assert len(shell.errors) == 1

    def test_session_digits(self, shell):
        shell.line("typed > 0 ; say <$0> > v"[:9] + " ; say '<'$0'>' > v")
        assert shell.env["v"] == "<True>"
        assert "0" not in shell.env

    def test_a_condition_prints_no_result(self, shell):
        shell.line("typed && typed")
        assert shell.printed == ["True\n"]
        shell.line("typed | up")
        assert shell.printed[1:] == ["TRUE\n"]


class TestFiles:
    def test_write_append_read(self, shell, tmp_path):
        file = tmp_path / "o.txt"
        shell.line(f"say one > {file} ; say two >> {file}")
        assert file.read_text() == "one\ntwo\n"
        shell.line(f"up < {file}")
        assert shell.printed == ["ONE\nTWO\n"]

    def test_target_from_a_variable(self, shell, tmp_path):
        shell.env["f"] = str(tmp_path / "f")
        shell.line("say hey > $f")
        assert (tmp_path / "f").read_text() == "hey\n"

    def test_what_cannot_be_opened_is_not_run(self, shell, tmp_path):
        keep = tmp_path / "keep.txt"
        keep.write_text("old")
        for line in (f"say a > {tmp_path}/", f"up < {tmp_path}/none", f"say a >> {keep}"):
            assert shell.line(line) == 1
        assert shell.runs == []
        assert keep.read_text() == "old"
        assert [e.split(": ")[0] for e in shell.errors] == [
            f"{tmp_path}/",
            f"{tmp_path}/none",
            str(keep),
        ]

    def test_a_typed_result_is_text_in_a_file(self, shell, tmp_path):
        shell.line(f"typed > {tmp_path}/t")
        assert (tmp_path / "t").read_text() == "True\n"

    def test_no_memory_for_the_variable(self, shell, monkeypatch):
        def store(_name, _value, _output):
            raise MemoryError

        monkeypatch.setattr(load("grammar.redirection"), "store", store)
        assert shell.line("say a > v ; say b") == 0
        assert shell.errors == ["v: out of memory"]
        assert shell.printed == ["b\n"]

    def test_output_that_is_no_text(self, shell):
        shell.programs["raw"] = lambda args, stdin: shell.target.write(b"\xff\xfe") and 0
        assert shell.line("raw > v") == 1
        assert "v" not in shell.env


class TestAliases:
    def test_several_words_and_pipes(self, shell):
        _state().aliases = {"hi": "say 'h i'", "loud": "say x | up"}
        shell.line("hi a ; loud")
        assert "".join(shell.printed) == "h i a\nX\n"

    def test_once_only(self, shell):
        _state().aliases = {"say": "say more"}
        shell.line("say a")
        assert shell.printed == ["more a\n"]

    def test_a_damaged_one(self, shell):
        _state().aliases = {"hi": "say 'x"}
        shell.programs["false"] = lambda args, stdin: 1
        assert shell.line("hi") == 1
        assert "column 5" in shell.errors[0]

    def test_builtins_come_first(self, shell):
        _state().aliases = {"set": "say x"}
        assert shell.line("set +e") == 0
        assert shell.printed == []

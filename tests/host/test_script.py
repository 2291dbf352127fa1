# SPDX-License-Identifier: MIT
"""Scripts line by line, and blocks at the prompt: docs/spec/behaviour.md §7."""

import pytest
from device_fakes import device, load
from device_scripts import Scripts
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def scripts(tmp_path):
    with device() as made:
        yield Scripts(made, tmp_path)


class TestLines:
    def test_indented_crlf_comments_empty(self, scripts):
        assert scripts.run("# c\r\n  say a\r\n\r\n\tsay 'b'\r\nsay \"c\"") == (0, ["a", "b", "c"])
        assert scripts.device.runs == [["say", "a"], ["say", "b"], ["say", "c"]]

    def test_status_is_that_of_the_last_command(self, scripts):
        assert scripts.run("ok\nbad 3\n# end\n\n")[0] == 3
        assert scripts.run("")[0] == 0

    def test_continued_lines(self, scripts):
        assert scripts.run("say one \\\n  two\nsay 'a\\\nb'\n") == (0, ["one two", "ab"])

    def test_a_last_line_may_lack_its_newline(self, scripts):
        assert scripts.run("say a \\") == (0, ["a \\"])

    def test_errors_name_file_and_line(self, scripts):
        status, lines = scripts.run("nosuch9\nsay \\\n 'x\nsay next\n&&\n")
        assert lines == ["next"]
        assert scripts.errors[0] == "s.sh:1: nosuch9: not found"
        assert scripts.errors[1].startswith("s.sh:2: syntax error: column")
        assert scripts.errors[2].startswith("s.sh:5: syntax error: column")
        assert status == 2

    def test_long_files_are_read_in_pieces(self, scripts):
        text = "".join(f"say {i} {'x' * (i % 300)}\n" for i in range(200))
        _, lines = scripts.run(text)
        assert [line.split()[0] for line in lines] == [str(i) for i in range(200)]

    def test_what_is_no_text(self, scripts):
        path = scripts.folder / "b.sh"
        path.write_bytes(b"say a\n\xff\xfe\nsay b\n")
        assert load("grammar.script").run(str(path), []) == 0
        assert "".join(scripts.device.printed) == "a\nb\n"
        assert scripts.errors[0].startswith("b.sh:2: syntax error")

    def test_one_endless_line(self, scripts):
        endless = "say " + "x" * 9000
        assert scripts.run(f"{endless}\nsay b\n{endless}")[1] == ["b"]
        assert scripts.errors == [f"s.sh:{n}: syntax error: line too long" for n in (1, 3)]
        assert scripts.run(f"if ok\n{endless}\nfi\nbad 3") == (3, [])
        assert scripts.errors == ["s.sh:2: syntax error: line too long"]

    @pytest.mark.parametrize("line", [b"\xff\xfe", b"x" * 9000])
    def test_goto_and_skip_pass_what_is_no_text(self, scripts, line):
        path = scripts.folder / "b.sh"
        path.write_bytes(b"goto e\n%s\n:e\nskip 1\n%s\nsay b\n" % (line, line))
        assert load("grammar.script").run(str(path), []) == 0
        assert "".join(scripts.device.printed) == "b\n"
        assert scripts.errors == []

    def test_missing_file(self, scripts):
        assert load("grammar.script").run(str(scripts.folder / "none.sh"), []) == 127
        assert load("grammar.script").run(str(scripts.folder), []) == 126

    def test_ctrl_c_ends_it(self, scripts):
        assert scripts.run("stop\nsay a") == (130, [])
        assert scripts.run("for x in 1 2\nstop\ndone\nsay a") == (130, [])


class TestArguments:
    def test_digits(self, scripts):
        _, lines = scripts.run('say <$1> >v\nsay "$0|$1|$2|$3|$#|$*"\nsay $@ x\n'[12:], "a", "b c")
        assert lines == [f"{scripts.folder}/s.sh|a|b c||2|a b c", "a b c x"]

    def test_each_run_has_its_own(self, scripts):
        inner = scripts.write("say in=$1\nsay z > 1\n", "inner.sh")
        _, lines = scripts.run(f"{inner} x\nsay out=$1", "y")
        assert lines == ["in=x", "out=y"]

    def test_variables_are_shared(self, scripts):
        inner = scripts.write("incr n\n", "inner.sh")
        assert scripts.run(f"incr n\n{inner}\nsay $n")[1] == ["2"]

    def test_gone_when_it_ends(self, scripts):
        scripts.run("ok", "x")
        assert scripts.state.frame is None
        assert scripts.variables.get("1") == ""

    def test_standard_input(self, scripts):
        inner = scripts.write("input\ninput\n", "inner.sh")
        assert scripts.run(f"say 1 > v ; say a | {inner}")[1] == ["a"]


class TestJumps:
    def test_goto_back_and_forth(self, scripts):
        text = ":a # label\nincr n\nif $n <= 3 goto a\ngoto :end\nsay no\n  :end\t# x\nsay $n"
        assert scripts.run(text)[1] == ["4"]

    def test_unknown_label_ends_the_script(self, scripts):
        status, lines = scripts.run("ok\ngoto nowhere\nsay a")
        assert (status, lines) == (2, [])
        assert scripts.errors == ["s.sh:2: goto: nowhere: no such label"]

    def test_skip(self, scripts):
        assert scripts.run("skip 3\nsay 1\n\n# x\nsay 4")[1] == ["4"]
        assert scripts.run("skip 99\nsay 1") == (0, [])

    def test_return(self, scripts):
        assert scripts.run("say a\nreturn 5\nsay b") == (5, ["a"])
        assert scripts.run("bad 3\nreturn\nsay b") == (0, [])

    def test_exit(self, scripts):
        assert scripts.run("bad 3\nexit\nsay b") == (3, [])
        assert scripts.run("ok\nexit 7\nsay b") == (7, [])
        assert scripts.run("while ok\nexit 4\ndone") == (4, [])

    def test_after_an_operator(self, scripts):
        assert scripts.run("ok && return 4\nsay b") == (4, [])
        assert scripts.run("bad || skip 1 ; say a\nsay b\nsay c")[1] == ["c"]

    @pytest.mark.parametrize("line", ["goto", "skip", "skip x", "return x", "break 1", "goto a b"])
    def test_malformed(self, scripts, line):
        assert scripts.run(f"{line}\nsay a")[1] == ["a"]
        assert scripts.errors == [f"s.sh:1: {line.split()[0]}: malformed statement"]

    def test_only_in_loops(self, scripts):
        assert scripts.run("break\nsay a")[1] == ["a"]
        assert scripts.errors == ["s.sh:1: break: not in a loop"]


class TestSetE:
    def test_stops_at_a_failure(self, scripts):
        assert scripts.run("set -e\nbad 3\nsay a") == (3, [])
        assert scripts.run("set -e\nok ; bad 4 ; say x\nsay a") == (4, [])
        assert scripts.run("set -e\nfor x in 1 2\nbad 5\ndone\nsay a") == (5, [])

    def test_not_in_conditions(self, scripts):
        text = "set -e\nbad && ok\nif bad\nfi\nwhile bad\ndone\nbad || ok\nsay a"
        assert scripts.run(text) == (0, ["a"])

    def test_switched_off(self, scripts):
        assert scripts.run("set -e\nset +e\nbad\nsay a")[1] == ["a"]

    def test_this_script_only(self, scripts):
        inner = scripts.write("bad\nsay inner\n", "inner.sh")
        assert scripts.run(f"set -e\n{inner}\nsay outer")[1] == ["inner", "outer"]


class TestNesting:
    def test_bounded(self, scripts):
        path = scripts.folder / "s.sh"
        status, lines = scripts.run(f"say x\n{path}\n")
        assert status == 1
        assert len(lines) == load("grammar.script")._DEPTH
        assert "nested too deep" in scripts.errors[0]


class TestKill:
    def test_obeyed_between_lines(self, scripts):
        def kill(_args, _stdin):
            scripts.device.proc.sts = "S"
            return 0

        scripts.device.programs["kill"] = kill
        assert scripts.run("say a\nkill\nsay b")[1] == ["a"]
        scripts.device.proc.sts = "R"
        assert scripts.run("while ok\nkill\nsay b\ndone\nsay c")[1] == []


class TestAtThePrompt:
    def _type(self, scripts, *lines):
        del scripts.device.printed[:], scripts.device.errors[:]
        rest = list(lines[1:])
        program = load("lexer").parse(lines[0])
        status = load("grammar.session").run(program, lambda: rest.pop(0) if rest else None)
        return status, "".join(scripts.device.printed).splitlines()

    def test_blocks(self, scripts):
        assert self._type(scripts, "for x in 1 2", "say $x", "done") == (0, ["1", "2"])
        assert self._type(scripts, "if ok ; say a ; fi") == (0, ["a"])
        assert scripts.state.frame is None

    def test_break(self, scripts):
        assert self._type(scripts, "while ok", "say a", "break", "done") == (0, ["a"])

    def test_after_ctrl_c(self, scripts):
        scripts.executor.run_line("stop")
        assert self._type(scripts, "for x in $? 2", "say $x", "done") == (0, ["130", "2"])

    def test_script_words_are_refused(self, scripts):
        self._type(scripts, "for x in 1", "return", "done")
        assert scripts.errors == ["return: only in scripts"]

    def test_unclosed(self, scripts):
        assert scripts.executor.run_line("while ok") == 2
        assert scripts.errors == ["while without done"]

    def test_stray(self, scripts):
        assert scripts.executor.run_line("fi") == 2
        assert scripts.errors == ["fi without if"]


LINES = st.lists(
    st.sampled_from(
        ["if ok", "if bad", "if 1 < 2", "elif ok", "else", "fi", "for x in a b", "done", "say x"]
        + ["while $i < 3", "incr i", "break", "continue", "goto a", ":a", "skip 1", "return 3"]
        + ["if 1 == 1 break", "ok ; fi", "if ok ; say y", "'", "bad || ok", "set -e", "fi ; done"]
    ),
    max_size=14,
)


class TestAnyScript:
    @settings(deadline=None, max_examples=40)
    @given(LINES)
    def test_ends_with_a_status(self, lines):
        import tempfile
        from pathlib import Path

        with device() as made, tempfile.TemporaryDirectory() as folder:
            scripts = Scripts(made, Path(folder))
            # a goto may loop for ever: end the script like Ctrl-C after a while
            budget = [300]

            def ok(_args, _stdin):
                budget[0] -= 1
                return 0 if budget[0] > 0 else 130

            made.programs["ok"] = ok
            made.programs["say"] = made.programs["incr"] = ok
            if "goto a" in lines and ":a" in lines:
                lines = ["ok" if line == ":a" else line for line in lines]
            status, _ = scripts.run("\n".join(lines))
            assert status in (0, 1, 2, 3, 130)
            assert scripts.state.frame is None


class TestScriptsThatRunScripts:
    LINE = "incr n\nsay $n in\n{}\nsay $1 out\n"

    @pytest.mark.parametrize(
        "call",
        [
            "if $n < 8 $0 $n",
            "if $n < 8\nfor x in a\n$0 $n\ndone\nfi",
            "if $n < 8 ok && $0 $n && ok",
            "if $n < 8 bad || $0 $n || say no",
            "if $n < 8 ; $0 $n ; fi",
        ],
    )
    def test_eight_deep(self, scripts, call):
        status, said = scripts.run(self.LINE.format(call), "0")
        assert (status, scripts.errors) == (0, [])
        assert said == [f"{n} in" for n in range(1, 9)] + [f"{n} out" for n in range(7, -1, -1)]

    def test_nine_deep(self, scripts):
        status, said = scripts.run("incr n\n$0\nsay $n $?\n")
        assert said == ["8 1", *["8 0"] * 7]
        assert scripts.errors == ["s.sh:2: s.sh: scripts nested too deep, at most 8"]

    @pytest.mark.parametrize(
        "line",
        ["$0 > v", "$0 > v\nsay $v", "$0 | input", "say a | $0 | input", "if $0 ; say y ; fi"],
    )
    def test_nine_deep_in_other_ways(self, scripts, line):
        scripts.run("incr n\n" + line)
        assert scripts.errors == ["s.sh:2: s.sh: scripts nested too deep, at most 8"]
        assert scripts.device.target is None

    def test_a_pipeline_of_scripts(self, scripts):
        inner = scripts.write("input\nreturn 3", "in.sh")
        text = f"say a | {inner} | {inner} || say $?\nsay b | {inner} > v ; say $v $?"
        assert scripts.run(text) == (0, ["a", "3", "b 3"])

    def test_scripts_as_conditions(self, scripts):
        inner = scripts.write("return $1", "in.sh")
        text = f"set -e\nif {inner} 3 || {inner} 4 ; say no\nelif {inner} 0 && {inner} 0 ; say a\n"
        text += f"else ; say no ; fi\nwhile {inner} ${{n}}0\nincr n\ndone\nsay $n$?"
        assert scripts.run(text) == (0, ["a", "10"])

    def test_interrupted_in_a_pipeline(self, scripts):
        inner = scripts.write("say a\nstop", "in.sh")
        text = f"if {inner} | {inner} > v\nsay no\nfi"
        assert scripts.run(text) == (130, [])
        assert scripts.device.target is None

    def test_the_rest_of_the_line(self, scripts):
        inner = scripts.write("return $1", "in.sh")
        text = f"{inner} 3 || say a$? && {inner} 0 && say b ; {inner} 4 ; say c$?"
        assert scripts.run(text) == (0, ["a3", "b", "c4"])
        assert scripts.run(f"{inner} 3 && say a ; {inner} 4") == (4, [])

    def test_a_missing_script_in_a_script(self, scripts):
        assert scripts.run("./none.sh && say a\nsay $?") == (0, ["127"])

    def test_set_e(self, scripts):
        inner = scripts.write("return 3", "in.sh")
        assert scripts.run(f"set -e\n{inner} || say a\n{inner} ; say b\nsay c") == (3, ["a"])

    def test_control_after_a_script(self, scripts):
        inner = scripts.write("return 3", "in.sh")
        text = f"for x in 1 2\nsay $x\n{inner} || break\ndone\n{inner} || return 7\nsay no"
        assert scripts.run(text) == (7, ["1"])

    def test_interrupted(self, scripts):
        inner = scripts.write("stop\nsay no", "in.sh")
        assert scripts.run(f"{inner} || say no\nsay no") == (130, [])
        assert scripts.state.frame is None

    def test_standard_input_is_handed_on(self, scripts):
        import io

        inner = scripts.write("input", "in.sh")
        path = scripts.write(f"input\n{inner}\ninput", "out.sh")
        load("grammar.script").run(path, [], io.BytesIO(b"a\nb\nc\n"))
        assert "".join(scripts.device.printed) == "a\nb\nc\n"

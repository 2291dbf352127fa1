# SPDX-License-Identifier: MIT
"""Blocks of scripts: if, while, for. docs/spec/behaviour.md §7."""

import pytest
from device_fakes import device, load
from device_scripts import Scripts


@pytest.fixture
def scripts(tmp_path):
    with device() as made:
        yield Scripts(made, tmp_path)


class TestIf:
    @pytest.mark.parametrize(
        "condition",
        [
            "10 > 9",
            "2.5 < 10",
            "5 == 5.0",
            "abc == abc",
            "b > a",
            "'' == \"\"",
            "1 != a",
            "1e2 == 100",
        ]
        + ["ell in hello", "'' in x", "9 <= 9", "-1 < 0", "a != A", "True == True", "10 >= 9"],
    )
    def test_true(self, scripts, condition):
        assert scripts.run(f"if {condition} say y")[1] == ["y"]
        assert scripts.run(f"if {condition}\nsay y\nfi")[1] == ["y"]

    @pytest.mark.parametrize("condition", ["9 > 10", "1 == a", "x in hello", "a < A", "'' == x"])
    def test_false(self, scripts, condition):
        assert scripts.run(f"if {condition} say y") == (0, [])
        assert scripts.run(f"if {condition}\nsay y\nelse\nsay n\nfi")[1] == ["n"]

    def test_number_and_text_have_no_order(self, scripts):
        assert scripts.run("if 1 < a say y\nsay next")[1] == ["next"]
        assert scripts.errors[0].startswith("s.sh:1: if: 1 < a")

    def test_unknown_operator(self, scripts):
        assert scripts.run("if 1 =~ 1 say y\nif 1 === 1\nsay z\nfi\nsay next")[1] == ["next"]
        assert scripts.errors == [
            "s.sh:1: if: unknown operator =~",
            "s.sh:2: if: unknown operator ===",
        ]

    def test_action_keeps_quoting_and_operators(self, scripts):
        assert scripts.run("if 1 == 1 say 'a;b' && say \"c d\" | say e ; say f")[1] == [
            "a;b",
            "e",
            "f",
        ]
        assert scripts.run("if 1 == 2 say a && say b ; say f")[1] == ["f"]
        scripts.run("if 1 == 1 say x > v")
        assert scripts.variables.get("v") == "x"

    def test_run(self, scripts):
        assert scripts.run("if 1 == 1 run say a\nif 1 == 1 run")[1] == ["a"]
        assert scripts.errors == ["s.sh:2: if: malformed statement"]

    def test_elif_else(self, scripts):
        text = "if $1 == a\nsay A\nelif $1 == b\nsay B\nelif ok\nelse\nsay C\nfi\nsay end"
        assert scripts.run(text, "a")[1] == ["A", "end"]
        assert scripts.run(text, "b")[1] == ["B", "end"]
        assert scripts.run(text, "c")[1] == ["end"]
        assert scripts.run(text.replace("elif ok\n", ""), "c")[1] == ["C", "end"]

    def test_command_as_condition(self, scripts):
        assert scripts.run("if ok && bad || ok\nsay y\nfi")[1] == ["y"]
        assert scripts.run("if nosuch9\nsay y\nelse\nsay n\nfi")[1] == ["n"]
        assert scripts.errors == ["s.sh:1: nosuch9: not found"]

    def test_a_false_condition_is_no_failure(self, scripts):
        assert scripts.run("if bad 3\nsay y\nfi") == (0, [])

    def test_nested(self, scripts):
        text = "if ok\nif bad\nsay 1\nelse\nif ok\nsay 2\nfi\nfi\nsay 3\nelse\nsay 4\nfi"
        assert scripts.run(text)[1] == ["2", "3"]

    def test_on_one_line(self, scripts):
        assert scripts.run("if ok ; say a ; else ; say b ; fi ; say c")[1] == ["a", "c"]


class TestLoops:
    def test_while(self, scripts):
        assert scripts.run("incr i\nwhile $i < 3\nincr i\ndone\nsay $i")[1] == ["3"]
        assert scripts.run("while bad\nsay x\ndone") == (0, [])

    def test_for(self, scripts):
        assert scripts.run('for x in p "q r" $@\nsay <$x>\ndone'.replace("<$x>", "[$x]"), "s")[
            1
        ] == [
            "[p]",
            "[q r]",
            "[s]",
        ]
        assert scripts.run("for x in\nsay $x\ndone\nsay end")[1] == ["end"]

    def test_break_and_continue(self, scripts):
        text = "for x in 1 2 3 4 5\nif $x == 2 continue\nif $x == 4 break\nsay $x\ndone\nsay end"
        assert scripts.run(text)[1] == ["1", "3", "end"]

    def test_they_mean_the_innermost_loop(self, scripts):
        text = "for x in 1 2\nfor y in a b c\nif $y == b break\nsay $x$y\ndone\nsay $x\ndone"
        assert scripts.run(text)[1] == ["1a", "1", "2a", "2"]

    def test_a_loop_that_is_entered_again_begins_anew(self, scripts):
        text = "for x in 1 2\nfor y in a b\nsay $x$y\nbreak\ndone\ndone"
        assert scripts.run(text)[1] == ["1a", "2a"]

    def test_on_one_line(self, scripts):
        assert scripts.run("for x in a b ; say $x ; done ; say c")[1] == ["a", "b", "c"]

    def test_errors_inside_are_told_each_time(self, scripts):
        scripts.run("for x in 1 2\nnosuch9\ndone\nsay a")
        assert [e.split(":")[1] for e in scripts.errors] == ["2", "2"]

    def test_a_syntax_error_inside_runs_nothing(self, scripts):
        assert scripts.run("for x in 1 2\nsay $x\nsay 'x\nsay |\ndone\nsay $?") == (0, ["2"])
        assert scripts.errors == ["s.sh:3: syntax error: column 5: quote not closed"]

    def test_goto_out_of_a_loop(self, scripts):
        text = "while ok\nincr n\nif $n == 3 goto out\ndone\nsay no\n:out\nsay $n"
        assert scripts.run(text)[1] == ["3"]

    def test_goto_within_a_loop(self, scripts):
        text = "for x in a b\n:again\nincr n\nif $n < 3 goto again\nsay $x$n\ndone"
        assert scripts.run(text)[1] == ["a3", "b4"]

    def test_goto_does_not_enter_a_block(self, scripts):
        text = "goto in\nwhile ok\n:in\nsay no\nbreak\ndone\nsay end"
        assert scripts.run(text) == (2, [])
        assert scripts.errors == ["s.sh:1: goto: in: no such label"]

    def test_nor_one_beside_it(self, scripts):
        text = "for x in 1\ngoto in\nif bad\n:in\nsay no\nfi\nsay yes\ndone"
        assert scripts.run(text)[1] == ["yes"]
        assert scripts.errors == ["s.sh:2: goto: in: into a block"]

    def test_skip_out_of_a_block(self, scripts):
        assert scripts.run("if ok\nskip 3\nsay 1\nfi\nsay 2\nsay 3")[1] == ["3"]

    def test_return_from_a_loop(self, scripts):
        assert scripts.run("while ok\nwhile ok\nreturn 6\ndone\ndone\nsay a") == (6, [])

    @pytest.mark.parametrize(
        "line",
        ["for", "for x", "for x of a", "for 9x in a", "for x in a > b", "while", "while 1 <"],
    )
    def test_malformed(self, scripts, line):
        assert scripts.run(f"{line}\nsay a\ndone\nsay end")[1] == ["end"]
        assert scripts.errors[0].startswith(f"s.sh:1: {line.split()[0]}: ")

    def test_large_blocks_keep_lines_on_the_flash(self, scripts, monkeypatch):
        source = load("grammar.script").Source
        again, places = source.again, []
        monkeypatch.setattr(
            source, "again", lambda self, place: places.append(place) or again(self, place)
        )
        body = "".join(f"say {i}\n" for i in range(300))
        _, lines = scripts.run(f"for x in a b\n{body}done\nsay end")
        assert lines == [str(i) for i in range(300)] * 2 + ["end"]
        assert 150 < len(places) < 300
        assert scripts.errors == []


class TestBlocksThatDoNotFit:
    @pytest.mark.parametrize(
        "text, where",
        [
            ("say a\nif ok\nsay b\n", "2: if without fi"),
            ("say a\nwhile ok\nif ok\nfi\n", "2: while without done"),
            ("say a\nfor x in 1\nif ok\ndone\n", "3: if without fi"),
        ],
    )
    def test_unclosed_runs_nothing_of_it(self, scripts, text, where):
        status, lines = scripts.run(text)
        assert (status, lines) == (2, ["a"])
        assert scripts.errors == [f"s.sh:{where}"]

    @pytest.mark.parametrize(
        "text",
        [
            "if ok\nsay a\nfi say b",
            "for x in 1 2\nsay $x\ndone done",
            "say a ; if 1 == 1 fi",
            "say a ; if for x ; fi",
        ],
    )
    def test_more_words_than_there_may_be(self, scripts, text):
        """The block ends where it looks as if it did, and nothing of it runs."""
        assert scripts.run(f"{text}\nsay $?")[1] == ["2"]
        assert len(scripts.errors) == 1

    @pytest.mark.parametrize("word", ["fi", "done", "else", "elif ok"])
    def test_unopened(self, scripts, word):
        assert scripts.run(f"{word}\nsay next")[1] == ["next"]
        assert scripts.errors[0].startswith(f"s.sh:1: {word.split()[0]} without")

    def test_crossed(self, scripts):
        assert scripts.run("if ok\ndone\nsay a\nfi\nsay b")[1] == ["b"]
        assert scripts.errors == ["s.sh:2: done without while or for"]

    def test_second_else(self, scripts):
        scripts.run("if bad\nelse\nsay a\nelse\nsay b\nfi\nsay c")
        assert scripts.errors == ["s.sh:4: else after else"]

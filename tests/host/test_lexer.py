# SPDX-License-Identifier: MIT
"""Lines to programs, words to arguments: docs/spec/behaviour.md §5.1 to 5.3."""

import pytest
from device_fakes import device, load
from hypothesis import given, settings
from hypothesis import strategies as st

END, SEMI, AMP, AND, OR, PIPE, OUT, APPEND, IN, PYTHON = range(10)

WORDS = [
    ("echo a b", ["echo", "a", "b"]),
    ("  echo\ta  b ", ["echo", "a", "b"]),
    ("x 'a b' \"c d\" e\\ f", ["x", "a b", "c d", "e f"]),
    ("x 'it''s' a\"b\"c", ["x", "its", "abc"]),
    ("x '' \"\"", ["x", "", ""]),
    ("x 'a;b' \"c|d\" e\\&f \\>", ["x", "a;b", "c|d", "e&f", ">"]),
    ('x "a\\qb" "\\"\\\\\\$\\`"', ["x", "a\\qb", '"\\$`']),
    ("x '$a' \\$a $ $/ a$", ["x", "$a", "$a", "$", "$/", "a$"]),
    ("x a#b '#c' d # e", ["x", "a#b", "#c", "d"]),
    ("x a\t# e", ["x", "a"]),
    ("x '*' \"?\" \\[a]", ["x", "*", "?", "[a]"]),
    ("x a(b c) d)", ["x", "a(b", "c)", "d)"]),
    ("x ä 'ö ü'", ["x", "ä", "ö ü"]),
]


@pytest.fixture
def lexer():
    with device():
        yield load("lexer")


class TestParse:
    @pytest.mark.parametrize("line, words", WORDS)
    def test_words(self, lexer, line, words):
        assert lexer.parse(line) == [words, END]

    @pytest.mark.parametrize("line", ["", "  ", "# only", " \t# a;b", ";", " ; ; "])
    def test_nothing_to_run(self, lexer, line):
        assert lexer.parse(line) == []

    def test_operators_need_no_blanks(self, lexer):
        expected = [["a"], PIPE, ["b"], AND, ["c"], OR, ["d"], SEMI, ["e"], AMP, ["f"], END]
        assert lexer.parse("a|b&&c||d;e&f") == expected
        assert lexer.parse("a | b && c || d ; e & f") == expected

    def test_empty_commands_between_semicolons(self, lexer):
        assert lexer.parse("a ; ; b ;") == [["a"], SEMI, ["b"], SEMI]
        assert lexer.parse("a & ; b") == [["a"], AMP, ["b"], END]

    def test_redirections(self, lexer):
        assert lexer.parse("a x>b >> c<d") == [("a", "x", OUT, "b", APPEND, "c", IN, "d"), END]

    def test_variables(self, lexer):
        assert lexer.parse('x $a /t/$b.txt ${c}d "<$1|$?>" $@') == [
            (
                *("x", ("", "a"), ("/t/", "b", ".txt"), ("", "c", "d")),
                *(("<", "1", "|", "?", ">"), ("", "@")),
            ),
            END,
        ]

    def test_special_names_in_braces(self, lexer):
        assert lexer.parse("x ${?} ${@} ${1}") == [
            ("x", ("", "?"), ("", "@"), ("", "1")),
            END,
        ]

    def test_a_digit_is_one_character(self, lexer):
        assert lexer.parse("x $10") == [("x", ("", "1", "0")), END]

    @pytest.mark.parametrize(
        "line, column",
        [
            ('echo "abc', 6),
            ("a 'b", 3),
            ("ab c'd", 5),
            ("x ${a", 3),
            ('x "${a"', 4),
            ("x ${a b}", 3),
            ("x ${}", 3),
            ("ä 'b", 3),
        ],
    )
    def test_open_quote_names_its_column(self, lexer, line, column):
        with pytest.raises(SyntaxError, match=f"column {column}:"):
            lexer.parse(line)

    @pytest.mark.parametrize(
        "line",
        ["a && | b", "&& a", "a ||", "| a", "a |", "a >", "a > ; b", "a < > b", "a >> | b"]
        + [">x", ">", "& a", "a & & b", "a ; && b", "a && ; b", "a > > b", "<< x", "a |& b"],
    )
    def test_incomplete_operators(self, lexer, line):
        with pytest.raises(SyntaxError, match="column"):
            lexer.parse(line)


class TestPythonLines:
    @pytest.mark.parametrize("line", ["> a; b | c # d", '< "x', "<\tx > y", "  > x"])
    def test_take_the_rest_of_the_line(self, lexer, line):
        assert lexer.parse(line) == [(PYTHON, line.lstrip()), END]

    def test_after_an_operator(self, lexer):
        assert lexer.parse("a && < 1 | 2") == [["a"], AND, (PYTHON, "< 1 | 2"), END]

    def test_as_an_action(self, lexer):
        assert lexer.parse('if $u == "" < "e" + "y"') == [
            ("if", ("", "u"), "==", "", PYTHON, '< "e" + "y"'),
            END,
        ]

    def test_not_inside_a_command(self, lexer):
        assert lexer.parse("a > b") == [("a", OUT, "b"), END]
        assert lexer.parse("a < b") == [("a", IN, "b"), END]


class TestComparisons:
    def test_angles_are_operators_there(self, lexer):
        assert lexer.parse("if 2.5 < 10 < 1") == [("if", "2.5", "<", "10", PYTHON, "< 1"), END]
        assert lexer.parse("while $i <= 7") == [("while", ("", "i"), "<=", "7"), END]
        assert lexer.parse("elif 1<2") == [["elif", "1", "<", "2"], END]
        assert lexer.parse("if 1 >= 2 goto x") == [["if", "1", ">=", "2", "goto", "x"], END]

    def test_unknown_ones_are_one_word(self, lexer):
        for op in ("=~", "<>", "=<", "!>", "<<"):
            assert lexer.parse(f"if 1 {op} 2")[0][2] == op

    def test_only_in_the_second_place(self, lexer):
        assert lexer.parse("if test -d x > v")[0] == ("if", "test", "-d", "x", OUT, "v")
        assert lexer.parse("echo if < v")[0] == ("echo", "if", IN, "v")


class TestExpand:
    VALUES = {"a": "one two", "n": 7, "b": True, "@": ["p", "q r"], "0": "/x.sh", "?": 0}

    def _expand(self, lexer, line):
        words = lexer.parse(line)[0]
        return lexer.expand(words, lambda name: self.VALUES.get(name, ""))

    def test_a_value_is_never_split_or_read_again(self, lexer):
        self.VALUES["e"] = "; rm 'x' $a"
        assert self._expand(lexer, "x $a $e") == ["x", "one two", "; rm 'x' $a"]

    def test_types_become_text(self, lexer):
        assert self._expand(lexer, "x $n $b$? ${n}x") == ["x", "7", "True0", "7x"]

    def test_unset_is_an_empty_word(self, lexer):
        assert self._expand(lexer, "x $u <$u>"[:4]) == ["x", ""]
        assert self._expand(lexer, 'x "[$u]"') == ["x", "[]"]

    def test_all_arguments(self, lexer):
        assert self._expand(lexer, "x $@") == ["x", "p", "q r"]
        assert self._expand(lexer, 'x "$@"') == ["x", "p", "q r"]
        assert self._expand(lexer, "x <$@>"[:2] + '"<$@>"') == ["x", "<p", "q r>"]
        assert self._expand(lexer, "x @$n") == ["x", "@7"]

    def test_no_arguments_are_no_word(self, lexer):
        words = lexer.parse("x $@ y")[0]
        assert lexer.expand(words, lambda name: []) == ["x", "y"]


class TestContinues:
    @pytest.mark.parametrize("line", ["a \\", "\\", "a \\\\\\"])
    def test_goes_on(self, lexer, line):
        assert lexer.continues(line)

    @pytest.mark.parametrize("line", ["a", "", "a \\\\", " # a \\", "a \\ "])
    def test_ends(self, lexer, line):
        assert not lexer.continues(line)


class TestSplit:
    def test_quoting_alone(self, lexer):
        assert lexer.split("a 'b c' \"\" d") == ["a", "b c", "", "d"]
        assert lexer.split('a;b > $c "$d" #e') == ["a;b", ">", "$c", "$d", "#e"]

    def test_open_quote(self, lexer):
        with pytest.raises(ValueError, match="column 3"):
            lexer.split("a 'b")


TEXT = st.text(st.sampled_from(" \t'\"\\$;&|<>#{}()[]~?!@*=:%aZ0_/.ä-"), max_size=40)


def _quoted(draw_style: int, word: str) -> str:
    """The word, quoted in one of three ways."""
    if draw_style == 0 and "'" not in word:
        return "'" + word + "'"
    if draw_style == 1:
        return '"' + "".join("\\" + c if c in '"\\$`' else c for c in word) + '"'
    return "".join("\\" + c for c in word) or "''"


class TestAnyLine:
    @settings(deadline=None)
    @given(TEXT)
    def test_nothing_but_a_syntax_error(self, line):
        with device():
            lexer = load("lexer")
            try:
                program = lexer.parse(line)
            except SyntaxError as error:
                assert "column " in str(error)
                return
        assert len(program) % 2 == 0
        for command, op in zip(program[::2], program[1::2], strict=True):
            assert len(command) > 0 and END <= op <= PIPE
            assert type(command) is list or any(type(word) is not str for word in command)
        assert not program or program[-1] <= AMP

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 2), TEXT), min_size=1, max_size=6))
    def test_quoting_round_trip(self, pairs):
        with device():
            lexer = load("lexer")
            line = " ".join(["x"] + [_quoted(style, word) for style, word in pairs])
            assert lexer.parse(line) == [["x"] + [word for _, word in pairs], END]
            assert lexer.split(line) == ["x"] + [word for _, word in pairs]

    @settings(deadline=None)
    @given(TEXT, st.dictionaries(st.sampled_from("aZ0"), TEXT))
    def test_values_stay_in_their_word(self, line, values):
        with device():
            lexer = load("lexer")
            try:
                program = lexer.parse(line)
            except SyntaxError:
                return
            for command in program[::2]:
                words = [w for w in command if type(w) is not int]
                fixed = [w for w in words if type(w) is str or type(w) is tuple and "@" not in w]
                assert len(lexer.expand(fixed, lambda n: values.get(n, ""))) == len(fixed)

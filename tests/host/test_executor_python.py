# SPDX-License-Identifier: MIT
"""Python lines: docs/spec/behaviour.md §5.4."""

import sys

import pytest
from device_fakes import device, load


@pytest.fixture
def line(capsys):
    """A function that runs a line and returns (status, what it printed, errors)."""
    with device() as made:
        executor = load("executor")

        def run(text):
            del made.errors[:]
            status = executor.run_line(text)
            return status, capsys.readouterr().out, list(made.errors)

        made.env = sys.modules["sdata"].sysconfig["env"]
        run.env = made.env
        yield run


class TestPythonLines:
    def test_names_persist(self, line):
        line("> x = 5; import math as m")
        assert line("< x * m.floor(2.5)") == (0, "10\n", [])

    def test_functions_see_the_sessions_names(self, line):
        line("> k = 3")
        line("> def f():\\n  return [k + i for i in range(2)]")
        assert line("< f()")[1] == "[3, 4]\n"

    def test_modules_without_import(self, line):
        assert line("< sdata.debug, sys.maxsize > 0, os.sep, time.time() > 0, gc.isenabled()")[
            1
        ] == ("False True / True True\n")

    def test_print_keywords_and_comments(self, line):
        assert line('< "x", end=""')[1] == "x"
        assert line("< 1, 2 # $x (")[1] == "1 2\n"
        assert line('< "v #1".upper()')[1] == "V #1\n"
        assert line("<")[0] == 2

    def test_a_typed_line_break(self, line):
        assert line("> for i in range(2):\\n  print(i)")[1] == "0\n1\n"
        assert line("< 'a\\nb'")[1] == "a\nb\n"
        assert line("> x = 1 # note\\nprint(x)")[1] == "1\n"

    def test_values_are_reprs_outside_literals(self, line):
        line.env.update(t="it's", n=7, b=True)
        assert line("< $t + '!', $n + 1, ${b}, $unset == ''")[1] == "it's! 8 True True\n"
        assert line("< '<$n>', \"$t\", '''$n'''")[1] == "<$n> $t $n\n"
        assert line("< 'a\\'$n', $n")[1] == "a'$n 7\n"

    def test_a_value_is_never_code(self, line):
        line.env["j"] = '"+str(1+1)+"'
        assert line("< '[' + $j + ']'")[1] == '["+str(1+1)+"]\n'

    def test_an_exception_is_one_line(self, line):
        assert line("> 1/0") == (1, "", ["ZeroDivisionError: division by zero"])
        assert line("< nope")[2] == ["NameError: name 'nope' is not defined"]
        status, _, errors = line("> for")
        assert status == 1
        assert errors[0].startswith("SyntaxError")

    def test_exit_is_a_status(self, line):
        assert line("> raise SystemExit(3)")[0] == 3

    def test_ctrl_c(self, line):
        assert line("> raise KeyboardInterrupt")[0] == 130

    def test_the_rest_of_the_line_is_python(self, line):
        assert line("< 5 > 3")[1] == "True\n"
        assert line("> a = 1; b = 2")[0] == 0
        assert line("< a | b & 3")[1] == "3\n"

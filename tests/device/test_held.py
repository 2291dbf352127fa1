# SPDX-License-Identifier: MIT
"""Ctrl-Z holds the program in the foreground and gives the prompt; fg goes on with it."""

import casefile
import machines as at
import pytest
from held import FILES, KEPT, begin, go_on, hold, number
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

# What tables that do not shrink may take.
LEFT_BYTES = {"RPI_PICO": 64, "UNIX": 512}


@pytest.fixture
def session(machines, target):
    with machines.at_prompt(target, fsimage.make(at.board(target), FILES)) as session:
        yield session


@both
def test_a_loop_goes_on_where_it_was(session):
    assert "+ Stopped  /opt/loop a b\n" in hold(session, "/opt/loop a b")
    assert " H /opt/loop a b" in session.run("jobs")
    assert " H " in session.run("ps")
    session.run("> sdata.d0 = 1")
    assert session.run("fg") == "/opt/loop a b\n" + KEPT
    assert session.run("echo $?; jobs") == "0"


@both
def test_what_only_the_stack_has_is_not_collected(session):
    hold(session, "/opt/loop")
    for _ in range(2):
        assert session.run("/opt/garbage") == ""
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")


@both
@pytest.mark.parametrize("line", ["kill %1", "kill $pid", "kill -9 %", "killall loop"])
def test_kill_ends_it_and_its_finally_runs(session, line):
    hold(session, "/opt/loop")
    pid = number(session, "[p.pid for p in sdata.procs if 'loop' in p.cmd][0]")
    output = session.run(line.replace("$pid", str(pid)))
    assert output == "kept" + KEPT[4:] + "\n/opt/loop: ended"
    assert session.run("echo $?; jobs") == "130"


@both
def test_ctrl_c_after_fg(session):
    hold(session, "/opt/loop")
    go_on(session, "\x03")
    assert "/opt/loop: ended" in session.text


@both
def test_three_quick_ctrl_c_end_a_stubborn_one_after_fg(session):
    hold(session, "/opt/stubborn")
    session.run("pwd")
    session.type("fg")
    session.target.read_quiet(0.3, 10)
    session.target.send(b"\x03")
    session.target.read_quiet(0.1, 10)
    session.target.send(b"\x03")
    session.target.read_quiet(0.1, 10)
    session.target.send(b"\x03")
    session.wait_prompt()
    assert "/opt/stubborn: ended" in session.text


@both
@pytest.mark.parametrize("line", ["sleep 1.5; echo over", "> time.sleep(1.5); print('over')"])
def test_a_sleep(session, line):
    session.type(line)
    session.target.read_quiet(0.3, 10)
    session.type("\x1a")
    session.wait_prompt()
    assert "+ Stopped" in session.text
    assert session.run("pwd") == "/"
    assert session.run("fg").endswith("\nover")


@both
def test_a_script(session):
    assert "+ Stopped  /opt/lines a" in hold(session, "export x 0; /opt/lines.sh a")
    x = session.run("echo $x")
    assert session.run("echo $x") == x
    session.run("export x 995")
    assert session.run("fg").endswith("end a 1000")


@both
def test_a_script_is_ended(session):
    hold(session, "export x 0; sh /opt/lines.sh; echo not reached")
    assert "not reached" not in session.run("kill %1")
    assert session.run("echo $?; jobs") == "130"


@both
def test_a_loop_of_the_prompt(session):
    hold(session, "for i in a b c; do sleep .7; echo $i-; done", "a-")
    assert session.run("for k in x y; do echo $k; done") == "x\ny"
    assert session.run("fg").endswith("\nb-\nc-")


@both
def test_a_pipe_and_a_redirection(session):
    session.type("/opt/loop > /tmp/out; /opt/loop | tr a-z A-Z")
    for _ in range(2):
        session.target.read_quiet(0.5, 10)
        session.type("\x1a")
        session.wait_prompt()
        assert session.run("echo here | tr e a") == "hara"
        session.run("> sdata.d0 = 1")
        session.type("fg")
    session.wait_prompt()
    assert session.run("cat /tmp/out") == "begun\n" + KEPT
    assert "BEGUN\nKEPT" in session.text


@both
def test_an_async_program(session):
    hold(session, "/opt/async")
    before = session.run("< sdata.d0")
    assert session.run("sleep .3; < sdata.d0") == before
    assert "counted" not in session.run("/opt/job &")
    assert session.run("fg %1").endswith("/opt/async\ncounted True")


@both
def test_an_async_program_above_one_that_is_held(session):
    hold(session, "/opt/async")
    assert session.run("/opt/async").endswith("begun\ncounted True")
    assert session.run("fg").endswith("counted True")


@both
def test_jobs_go_on_beside_it(session):
    session.run("/opt/job &")
    for line in ("/opt/loop", "/opt/async"):
        hold(session, line)
        before = number(session, "$n")
        session.run("sleep .3")
        assert number(session, "$n") > before
        session.run("kill %" + line)
    assert "R /opt/job" in session.run("jobs")
    session.run("killall job")


@both
def test_a_thread_beside_it(session):
    session.run("export x 0")
    session.run("sh /opt/lines.sh a &")
    hold(session, "/opt/loop", "begun\n")
    before = number(session, "$x")
    session.run("sleep .5")
    assert number(session, "$x") > before
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    session.run("export x 999")
    assert session.run("wait").endswith("lines.sh a")


@both
def test_a_thread_begun_above_it(session):
    hold(session, "/opt/loop")
    session.run("export x 990")
    session.run("sh /opt/lines.sh a &")
    session.run("wait $!")
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    assert session.run("jobs; echo $x") == "1000"


@both
def test_a_thread_above_it_after_one_below_it(session):
    session.run("export x 990")
    session.run("sh /opt/lines.sh a &")
    hold(session, "/opt/loop", "begun\n")
    assert session.run("wait $!").endswith("lines.sh a")
    session.run("export x 0")
    session.run("sh /opt/lines.sh a &")
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg %/opt/loop")
    assert session.run("> from upyos import state; print(state.turn is None)") == "False"
    before = number(session, "$x")
    session.run("sleep .5")
    assert number(session, "$x") > before
    session.run("export x 999; wait")
    assert session.run("jobs; echo $x") == "1000"


@both
def test_as_deep_as_it_can_be(session):
    hold(session, "/opt/deep", "begun at True")
    session.run("/opt/garbage")
    session.run("> sdata.d0 = 1")
    assert session.run("fg").endswith("whole True")


@both
def test_two_above_each_other(session):
    hold(session, "/opt/loop one")
    hold(session, "/opt/loop two")
    assert session.run("jobs").count(" H ") == 2
    assert "goes on first" in session.run("fg %1")
    session.run("> sdata.d0 = 1")
    assert session.run("fg") == "/opt/loop two\n" + KEPT
    assert session.run("fg") == "/opt/loop one\n" + KEPT
    assert session.run("jobs") == ""


@both
def test_fifty_times_leave_the_heap_as_it_was(session, target):
    def heap():
        session.run("/opt/heap")
        return int(session.run("/opt/heap"))

    hold(session, "/opt/loop")
    session.run("kill %1")
    before = heap()
    hold(session, "/opt/loop")
    for _ in range(50):
        session.type("fg")
        session.target.read_quiet(0.05, 10)
        session.type("\x1a")
        session.wait_prompt()
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    assert heap() <= before + LEFT_BYTES[target]


@pytest.mark.parametrize("target", ["RPI_PICO"])
def test_no_memory_for_the_prompt(session):
    begin(session, "/opt/full 200000")
    session.type("\x1a")
    session.wait_prompt()
    assert "cannot hold it: out of memory\nwent on True" in session.text


@both
def test_what_waits_for_a_line(session):
    begin(session, "/opt/reads", "say: ")
    session.type("\x1a")
    session.wait_prompt()
    assert session.run("echo prompt") == "prompt"
    go_on(session, "yes")
    assert "got yes" in session.text


@both
def test_the_directory_is_the_shells(session):
    hold(session, "/opt/where")
    assert session.run("pwd") == "/"
    session.run("cd /tmp")
    session.run("> sdata.d0 = 1", cwd="/tmp")
    assert session.run("fg").endswith("in /opt")
    assert session.run("pwd") == "/"


@both
def test_bg_says_to_use_fg(session):
    hold(session, "/opt/loop")
    assert "use fg" in session.run("bg")
    assert session.run("echo $?") == "1"


@both
def test_exit_warns_once_and_ends_it(session):
    hold(session, "/opt/loop")
    assert session.run("exit") == "There are stopped jobs."
    assert session.run("echo $?") == "1"
    session.type("exit -f")
    session.wait_texts(["kept [", "/opt/loop: ended"], 10)
    assert KEPT in session.text


@both
def test_ctrl_d_and_a_syntax_error_do_not_lose_it(session):
    hold(session, "/opt/loop")
    session.type("\x04")
    session.wait_prompt()
    assert "Type exit to leave." in session.text
    session.run("echo 'x")
    assert " H /opt/loop" in session.run("jobs")


@both
def test_a_key_where_keys_are_read(session):
    session.type("vi /tmp/x.txt")
    session.target.read_quiet(0.5, 10)
    session.type("\x1a")
    session.target.read_quiet(0.5, 10)
    session.type(":q!")
    session.wait_prompt()
    assert "Stopped" not in session.text


@pytest.mark.parametrize("target", ["RPI_PICO"])
def test_a_reset_above_it(session):
    hold(session, "/opt/loop")
    session.type("> import upyos_port; upyos_port.soft_reset()")
    session.wait_texts(["soft reboot", "$: "], 20)
    assert session.run("jobs") == ""
    assert "+ Stopped" in hold(session, "/opt/loop")
    assert session.run("kill %1").endswith("/opt/loop: ended")

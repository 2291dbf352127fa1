# SPDX-License-Identifier: MIT
"""The cache of answers about files: how long, how many, and nothing while it is off.

That no writer leaves an old answer is in tests/cases/cache.toml.
"""

import machines as at
import pytest

# Plants a wrong answer, waits, asks: False, the wrong one, is printed as long as it is kept.
AGE = """
import time, utls
from upyos import state
def __main__(args):
    utls.isfile('/t/one')
    state.kept[3]['/t/one'] = 2
    time.sleep_ms(int(args[0]))
    print(utls.isfile('/t/one'))
"""
# Asks about 100 files and a few directories and prints the most that was kept at any time.
MANY = """
import utls
from upyos import state
from upyos.lib import files
def __main__(args):
    most = [0, 0]
    for i in range(100):
        utls.isfile('/t/none%d' % i)
        if i % 9 == 0:
            files.entries('/etc' if i % 2 else '/t/many')
        answers = state.kept[3].values()
        real = sum([len(a) if type(a) is list else 1 for a in answers])
        most = [max(most[0], state.kept[2]), max(most[1], real)]
    print(most)
"""
FILES = {
    "/t/one": "1\n",
    "/t/age.py": AGE,
    "/t/many.py": MANY,
    **{f"/t/many/{number}": "x" for number in range(70)},
}
MOST_ANSWERS = 64
# what the answers of `ls /etc` take at least
LEAST_KEPT_BYTES = 400
# blocks of the heap that are left to chance
# to the line that collects and reads; at the prompt behind it nothing is left
MOST_LEFT_BYTES = 48


@pytest.fixture(params=["UNIX", "RPI_PICO"])
def session(machines, request):
    with machines.at_prompt(request.param, at.image(request.param, FILES)) as session:
        yield session


def test_kept_for_a_second_at_most(machines):
    # the clock of an emulated board goes by its cycles, whatever else this machine does
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", FILES)) as session:
        session.run("> sdata.cache_enabled = True")
        assert session.run("/t/age 900") == "False"
        assert session.run("/t/age 1000") == "True"


def test_no_more_than_64_answers(session):
    session.run("> sdata.cache_enabled = True")
    assert session.run("/t/many") == f"[{MOST_ANSWERS}, {MOST_ANSWERS}]"


def test_off_keeps_nothing(session):
    session.run("> from upyos import state")
    session.run("ls -s /t ; test -f /t/one ; find one -r /t")
    assert session.run("< state.kept, 'upyos.lib.cache' in sys.modules") == "None False"


def _free_bytes(session) -> int:
    """Free heap; the lines before leave what only the first of their kind leaves."""
    for _ in range(2):
        session.run("ls /etc")
        free = session.run("< (gc.collect(), gc.mem_free())[1]")
    return int(free)


def test_memory_comes_back(machines):
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", FILES)) as session:
        session.run("> sdata.cache_enabled = False")
        before = _free_bytes(session)
        session.run("> sdata.cache_enabled = True")
        assert before - _free_bytes(session) > LEAST_KEPT_BYTES
        session.run("> sdata.cache_enabled = False")
        assert before - _free_bytes(session) <= MOST_LEFT_BYTES

# SPDX-License-Identifier: MIT
"""Firmware of the unix port: a program of this machine, by MicroPython's own Makefile."""

from upyfw.board.boards import Board
from upyfw.build.firmware_build import Binary, Inputs, job_count, prefix_map
from upyfw.build.workdir import Workdir

# make goes by file times alone
CHECKED = ()
# not even by these
OPTIONS = {
    # both need sources that MicroPython's tarball lacks, or libffi
    "MICROPY_PY_BTREE": 0,
    "MICROPY_PY_FFI": 0,
    # else threads run Python at once, and Ctrl-C raises in the middle of C code
    "MICROPY_PY_THREAD_GIL": 1,
    # keep the symbols: the size report reads them
    "STRIP": "",
}


def compiler(board: Board) -> str:
    """Return the compiler of this machine."""
    return "gcc"


def compile(board: Board, work: Workdir, inputs: Inputs) -> Binary:
    """Build the program and return its file, with symbols, in the work folder."""
    options = {
        "BUILD": work.objects,
        "VARIANT": board.upstream,
        "FROZEN_MANIFEST": inputs.manifest,
        "PYTHON": inputs.python,
        **OPTIONS,
        "CFLAGS_EXTRA": prefix_map(work, inputs, {}),
    }
    if inputs.c_modules:
        options["USER_C_MODULES"] = inputs.c_modules
    folder = inputs.micropython / "ports" / "unix"
    command = ["make", "-C", str(folder), "-j", str(job_count())]
    work.run(
        "compile", command + [f"{name}={value}" for name, value in options.items()], inputs.env
    )
    program = work.objects / "micropython"
    return Binary(program, program)

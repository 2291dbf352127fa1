# SPDX-License-Identifier: MIT
"""run_test

Example: run commands and Python of the shell, and look at their results.
"""

import sdata
import utls


def __main__(args):
    shell = sdata.upyos
    print("status of ls /none:", shell.run_cmd("ls /none"))
    # a typed result keeps its type
    shell.run_cmd("df > run_test")
    print("free bytes:", utls.getenv("run_test")["free"])
    shell.run_cmd("unset run_test")
    shell.run_py_code("import gc ; print('free memory:', gc.mem_free())")
    return 0

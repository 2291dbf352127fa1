# SPDX-License-Identifier: MIT
"""Proc, the object that stands for a process (behaviour contract 8.4)."""

from upyos.process import Proc as Proc

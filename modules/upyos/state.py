# SPDX-License-Identifier: MIT
"""What the OS remembers between commands. See docs/design.md, 2."""

status = 0
last_job = 0
frame = None
aliases = None
session = None
history = None
log = None
foreground = None
# Where the running command's typed result goes. False: it is printed; True: the same, but for the
# answer of a condition; else a grammar.redirection.Result.
result = False
# The OSError of the target that the output of the line in progress goes to, or None.
broken = None
# The stream that error lines of the line in progress go to; None: the console.
errors = None
# {name: (steps, blocks)} of the functions of the shell that are known, or None.
functions = None

# Pid of the newest process; all processes by pid, of which sdata.procs is a copy.
pid = 0
procs = {}
# The current directory, where the last cd went.
cwd = "/"
# Background loop: None, or a Driver of jobs.tasks.
loop = None
# (why, block device) of the flash that could not be mounted, or None.
recovery = None
# Waits for a key while there are jobs; the timer of jobs.
key = None
timer = None
# The watchdog once it was started, the timer that will start it, or None.
watchdog = None
# True once the terminal was given to the raw REPL: jobs are silent then.
parted = False
# While jobs run in threads: the Turn of jobs.turns, whose holder owns the first fields.
turn = None
# What upyos.lookup knows of the directories of $PATH, {directory: names}, and since which change.
names = None
names_at = 0
# Answers about files while the cache is on, see upyos.lib.cache; else None.
kept = None
# How many modules were loaded after the last command.
modules = 0

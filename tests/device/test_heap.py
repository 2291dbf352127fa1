# SPDX-License-Identifier: MIT
"""Free heap: a long session leaves what it found."""

import machines as at

TARGET = "RPI_PICO"
MOST_LOST_BYTES = 512
# what the first use of something may keep: the ring of the history, names in $PATH, warm caches
ROUNDS = 4

FILES = {
    "/t/a.sh": "echo $1\nif $2 == 2\necho two\nfi\nfor i in 1 2 3\nincr n\ndone\nls > /tmp/x.y\n",
    "/t/p.py": "import json\ndef __main__(args):\n  print(json.dumps(args))\n",
    "/t/oom.py": "def __main__(args):\n  a = []\n  while True: a.append(bytearray(1000))\n",
    "/t/asy.py": "import asyncio\nasync def __main__(args):\n  await asyncio.sleep(0.05)\n",
}
LINES = (
    *("pwd", "ls", "ls -s /etc", "cat /etc/init.sh", "df", "free -h", "uptime", "date", "lshw -f"),
    *(
        "lsmod",
        "dmesg",
        "ps",
        "jobs",
        "env",
        "help",
        "help ls",
        "which ls",
        "test -f /x",
        "nosuch",
    ),
    *("export v 1", "incr v", "decr v", "unset v", "cd /etc", "cd /", "mkdir /tmp/d", "echo 'x"),
    "nosuch",
    *("touch /tmp/d/a", "cp /etc/init.sh /tmp/d/b", "mv /tmp/d/b /tmp/d/c", "rm -r /tmp/d"),
    *("sh /t/a.sh 1 2", "/t/p 1", "/t/oom", "/t/asy", "/t/asy &", "wait", "kill 99", "ls /none"),
    *("echo a | cat", "echo a > /tmp/o.txt", "cat < /tmp/o.txt", "read z < /tmp/o.txt", "ls -z"),
    *("for x in a b c ; echo $x ; done", "if 1 == 1 echo y", "true && false", "> import os"),
    *("> x=1", "< x", "> 1/0", "alias a='echo q'", "a b", "unalias a", "history", "sleep 0.1"),
    *("loadconfig", "loadboard", "logger hi", "dmesg -c", "help | cat > v"),
    *(
        "led on",
        "led off 0",
        "led on 9",
        "gpio 14",
        "gpio 14 1",
        "gpio -a 26",
        "i2cscan",
        "i2cscan 9",
    ),
    *(
        "screen nosuch",
        "sensors",
        "cpufreq",
        "cpufreq 1",
        "si",
        "mi",
        "test -g 14",
        "rmmod nosuch",
    ),
)


def _free_bytes(session) -> int:
    return int(session.run("< (gc.collect(), gc.mem_free())[1]"))


def test_commands_leave_no_heap_behind(machines):
    assert len(LINES) * ROUNDS >= 200
    with machines.at_prompt(TARGET, at.image(TARGET, FILES)) as session:
        left = []
        for _ in range(1 + ROUNDS):
            for line in LINES:
                session.run(line)
            left.append(_free_bytes(session))
    assert left[0] - min(left) <= MOST_LOST_BYTES, left

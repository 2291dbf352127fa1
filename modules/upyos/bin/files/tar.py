# SPDX-License-Identifier: MIT
"""tar -c|-x|-t [-zvk] [-f FILE] [-C DIR] [NAME...]

Keep files and directories in one FILE, or take them out of it.

-c  make FILE of the NAMEs, directories with all below them
-x  take out the NAMEs, or all; directories are made where they are missing
-t  only list them
-f FILE  the archive; - or nothing is standard input or output
-C DIR   go to DIR first
-z  packed by gzip; found by itself in x and t
-v  list the names
-k  leave files that are there

The first word may lack its dash: tar czf a.tgz /www. Names never begin with / and never lead out
of DIR. A power cut leaves the old FILE or the new one; of what is taken out each file as it was
or whole.

Source: POSIX.1-2024 pax, format ustar. Not provided: links; with -c names of
more than 100 bytes.
"""

import tarfiles
from upyos.lib import paths
from upyos.lib.command import UsageError, fail, options


def __main__(args):
    words = list(args)
    if words and words[0][:1] not in ("-", ""):
        words[0] = "-" + words[0]
    found, names = options(words, "cxtzvk", "fC")
    if len([letter for letter in "cxt" if letter in found]) != 1 or "c" in found and not names:
        raise UsageError
    file = found.get("f", "-")
    folder = found.get("C", ".")
    if "x" in found and not paths.is_dir(paths.named(folder)):
        return fail(folder, "no directory")
    try:
        if "c" in found:
            return tarfiles.make(file, folder, names, "z" in found, "v" in found)
        return tarfiles.read(file, found, names)
    except EOFError:
        return fail(file, "cut off")
    except (OSError, ValueError, MemoryError) as e:
        return fail(file, e)

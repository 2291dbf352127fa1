# SPDX-License-Identifier: MIT
"""An FTP session (behaviour contract 9.2): the control connection, log-in, settings of transfers.

Source: RFC 959, 2428, 3659. A verb is the function on_VERB of this module, of ftp_files or of
ftp_transfer; it returns the reply, or None if it has sent one.
"""

import sdata
from micropython import const

from upyos.lib import paths, secrets
from upyos.lib.reasons import reason
from upyos.svc import ftp_data, ftp_files, ftp_transfer

# Obeyed while a transfer runs; others wait for its end.
_MEANWHILE = const(" ABOR NOOP STAT ")
_LINE_BYTES = const(600)
_SILENCE_S = const(300)
_EACCES = const(13)
_ENOSPC = const(28)

_FEATURES = const("""211-Features
 EPRT
 EPSV
 MDTM
 MLST type*;size*;modify*;
 REST STREAM
 SIZE
 UTF8
211 End""")


class Session:
    """One control connection."""

    # Allowed before the log-in.
    unguarded = " USER PASS SYST FEAT NOOP QUIT "
    user = None
    cwd = "/"
    # Path of RNFR, offset of REST.
    renamed = None
    offset = 0
    # The password was wrong too often.
    is_over = False

    def __init__(self, connection):
        self.connection = connection
        self.data = ftp_data.Data(self)

    async def reply(self, text):
        """Send a reply: the lines of text."""
        await self.connection.write(text.replace("\n", "\r\n") + "\r\n")

    def path(self, name):
        """Return the path that a name of the peer stands for. Raises OSError."""
        path = paths.named(paths.join(self.cwd, name) if name else "")
        if secrets.holds(path) and not paths.is_dir(path):
            raise OSError(_EACCES)
        return path

    async def run(self):
        """Read commands until the peer goes."""
        try:
            await self.reply("220 %s %s" % (sdata.name, sdata.version))
            while True:
                word, argument = await self._command()
                if word is None:
                    return
                if not await self._obey(word, argument):
                    return
        finally:
            self.data.end()

    async def _command(self):
        """Return (verb, argument) of the next command; the verb is "" if it is none."""
        whole = True
        while True:
            try:
                line = await self.connection.line(_LINE_BYTES)
                break
            except ValueError:
                whole = False
        if not line:
            return None, ""
        # IAC and what follows it: the Synch of ABOR (RFC 959, 4.1.3)
        while line[:1] >= b"\xf0":
            line = line[2:] if line[:1] == b"\xff" else line[1:]
        line = line.rstrip(b"\r\n")
        try:
            word, _, argument = line.decode().partition(" ")
        except UnicodeError:
            return "", "501 not UTF-8"
        if not whole:
            return "", "500 line too long"
        if "\0" in argument:
            return "", "501 NUL in a name"
        return word.upper(), argument

    async def _obey(self, word, argument):
        """Obey one command; return False to end the session."""
        if self.connection.known and not self.data.task:
            self.connection.left_s = _SILENCE_S
        if self.data.task and word not in _MEANWHILE.split():
            await self.data.finished()
        if not word:
            await self.reply(argument)
        elif not self.connection.known and " " + word + " " not in self.unguarded:
            await self.reply("530 log in first")
        elif word == "QUIT":
            await self.reply("221 Goodbye")
            return False
        else:
            answer = await self._answer(word, argument)
            if answer:
                await self.reply(answer)
        return not self.is_over

    async def _answer(self, word, argument):
        """Return the reply to a command."""
        found = handler(word)
        if found is None:
            return "502 not implemented"
        try:
            return await found(self, argument)
        except OSError as exc:
            code = "552 " if exc.errno == _ENOSPC else "550 "
            return code + reason(exc)
        except MemoryError:
            return "451 out of memory"


def handler(word):
    """Return the function of a verb, or None."""
    if not word.isalpha() or len(word) > 4:
        return None
    name = "on_" + word.lower()
    for place in (globals(), ftp_files.__dict__, ftp_transfer.__dict__):
        if name in place:
            return place[name]


async def session(connection):
    """Serve one peer."""
    await Session(connection).run()


async def on_user(session, argument):
    """USER NAME"""
    session.user = argument
    session.connection.known = session.connection.is_open()
    if session.connection.known:
        return "230 no password is set: welcome"
    return "331 password?"


async def on_pass(session, argument):
    """PASS PASSWORD"""
    if session.connection.known:
        return "230 logged in already"
    if session.user is None:
        return "503 USER first"
    session.connection.left_s = session.connection.left_s or _SILENCE_S
    from upyos.svc import login

    fits = await login.check(session.connection, session.user, argument)
    if fits:
        session.connection.left_s = _SILENCE_S
        return "230 welcome"
    session.is_over = fits is None
    session.user = None
    return "530 wrong user or password"


async def on_syst(session, argument):
    """SYST"""
    return "215 UNIX Type: L8"


async def on_feat(session, argument):
    """FEAT"""
    return _FEATURES


async def on_opts(session, argument):
    """OPTS FEATURE: file names are UTF-8 anyway, the facts of MLST are always the same."""
    feature = argument.upper()
    if feature == "UTF8 ON" or feature.startswith("MLST"):
        return "200 " + ("OK" if feature[0] == "U" else "MLST OPTS type;size;modify;")
    return "501 no such option"


async def on_noop(session, argument):
    """NOOP"""
    return "200 OK"


async def on_type(session, argument):
    """TYPE: files are sent as they are, whatever it is."""
    return "200 OK" if argument.upper() in ("A", "A N", "I", "L 8") else "504 A or I"


async def on_rest(session, argument):
    """REST OFFSET, for the transfer that follows."""
    if not argument.isdigit() or len(argument) > 9:
        return "501 OFFSET?"
    session.offset = int(argument)
    return "350 restarting at " + argument


async def on_abor(session, argument):
    """ABOR: the transfer that runs has its own reply."""
    if session.data.task:
        session.data.end()
        await session.reply("426 transfer aborted")
    else:
        session.data.end()
    return "226 no transfer runs"


async def on_pasv(session, argument):
    """PASV"""
    from upyos.svc import interfaces

    address = interfaces.facing(session.connection.peer)
    port = await session.data.listen()
    if not port:
        return "425 another transfer runs"
    place = "%s,%d,%d" % (address.replace(".", ","), port >> 8, port & 255)
    return "227 Entering Passive Mode (" + place + ")"


async def on_epsv(session, argument):
    """EPSV [1]"""
    if argument.upper() == "ALL":
        return "200 OK"
    if argument not in ("", "1"):
        return "522 network protocol not supported, use (1)"
    port = await session.data.listen()
    return "229 Extended Passive Mode (|||%d|)" % port if port else "425 another transfer runs"


async def on_port(session, argument):
    """PORT H1,H2,H3,H4,P1,P2"""
    numbers = argument.split(",")
    if len(numbers) != 6 or not all(n.isdigit() and int(n) < 256 for n in numbers):
        return "501 six numbers"
    address = ".".join(str(int(number)) for number in numbers[:4])
    return session.data.active(address, int(numbers[4]) << 8 | int(numbers[5]))


async def on_eprt(session, argument):
    """EPRT |1|ADDRESS|PORT|"""
    parts = argument.split(argument[:1]) if argument else ()
    if len(parts) != 5 or not parts[3].isdigit() or len(parts[3]) > 5:
        return "501 |1|ADDRESS|PORT|"
    if parts[1] != "1":
        return "522 network protocol not supported, use (1)"
    return session.data.active(parts[2], int(parts[3]))

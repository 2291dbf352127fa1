# SPDX-License-Identifier: MIT
"""Every key of vi: the screen after it, and the file after `:wq`.

In the texts ▮ stands before the character that the cursor is on.
"""

import machines as at
import pytest
from casefile import TARGETS
from screens import Terminal
from session import Session
from upyfw.image import fsimage

CURSOR = "▮"
ESC = "\x1b"
TAB_COLUMNS = 8
ROWS, COLUMNS = 24, 80

WORDS = "one two-three  four\n\n  five six\n"
ABC = "abc\ndef\nghi\n"

# what is tried: (text, keys, text with the cursor); the cursor begins at the first character
MOVES = {
    "h": (ABC, "llh", "a▮bc\ndef\nghi\n"),
    "h-edge": (ABC, "h", "▮abc\ndef\nghi\n"),
    "l": (ABC, "l", "a▮bc\ndef\nghi\n"),
    "l-edge": (ABC, "9l", "ab▮c\ndef\nghi\n"),
    "j": (ABC, "lj", "abc\nd▮ef\nghi\n"),
    "j-count": (ABC, "2j", "abc\ndef\n▮ghi\n"),
    "j-column": ("abcdef\na\nabcdef\n", "5ljj", "abcdef\na\nabcde▮f\n"),
    "k": (ABC, "Glk", "abc\nd▮ef\nghi\n"),
    "k-edge": (ABC, "kl", "a▮bc\ndef\nghi\n"),
    "arrows": (ABC, "\x1b[C\x1b[C\x1b[B\x1b[D\x1b[B\x1b[A", "abc\nd▮ef\nghi\n"),
    "arrows-vt": (ABC, "\x1bOC\x1bOB\x1bOB\x1bOA\x1bOD", "abc\n▮def\nghi\n"),
    "home-end": (ABC, "\x1b[F\x1b[Bl\x1b[H\x1b[B\x1b[4~\x1b[1~\x1b[8~", "abc\ndef\ngh▮i\n"),
    "blank-backspace": (ABC, "  \x7f", "a▮bc\ndef\nghi\n"),
    "enter": ("abc\n  def\n", "\r", "abc\n  ▮def\n"),
    "minus": ("  abc\n  def\n", "j-", "  ▮abc\n  def\n"),
    "0": (ABC, "ll0", "▮abc\ndef\nghi\n"),
    "$": (ABC, "$", "ab▮c\ndef\nghi\n"),
    "$-stays": ("a\nabc\n", "$j", "a\nab▮c\n"),
    "^": ("  abc\n", "$^", "  ▮abc\n"),
    "bar": ("abcdef\n", "4|", "abc▮def\n"),
    "w": (WORDS, "w", "one ▮two-three  four\n\n  five six\n"),
    "w-punctuation": (WORDS, "3w", "one two-▮three  four\n\n  five six\n"),
    "w-empty-line": (WORDS, "5w", "one two-three  four\n▮\n  five six\n"),
    "w-indent": (WORDS, "6w", "one two-three  four\n\n  ▮five six\n"),
    "w-last": ("one two\n", "9w", "one tw▮o\n"),
    "W": (WORDS, "2W", "one two-three  ▮four\n\n  five six\n"),
    "b": (WORDS, "$b", "one two-three  ▮four\n\n  five six\n"),
    "b-lines": (WORDS, "Gbb", "one two-three  ▮four\n\n  five six\n"),
    "B": (WORDS, "$BB", "one ▮two-three  four\n\n  five six\n"),
    "e": (WORDS, "ee", "one tw▮o-three  four\n\n  five six\n"),
    "E": (WORDS, "2E", "one two-thre▮e  four\n\n  five six\n"),
    "e-lines": (WORDS, "$e", "one two-three  four\n\n  fiv▮e six\n"),
    "G": (ABC, "G", "abc\ndef\n▮ghi\n"),
    "G-count": (ABC, "2G", "abc\n▮def\nghi\n"),
    "G-far": (ABC, "99G", "abc\ndef\n▮ghi\n"),
    "gg": (ABC, "Ggg", "▮abc\ndef\nghi\n"),
    "colon-N": (ABC, ":2\r", "abc\n▮def\nghi\n"),
    "colon-$": (ABC, ":$\r", "abc\ndef\n▮ghi\n"),
    "f": ("abcabc\n", "2fc", "abcab▮c\n"),
    "f-none": ("abcabc\n", "lfx", "a▮bcabc\n"),
    "F": ("abcabc\n", "$Fa", "abc▮abc\n"),
    "t": ("abcabc\n", "tc", "a▮bcabc\n"),
    "T": ("abcabc\n", "$Tb", "abcab▮c\n"),
    "semicolon": ("a.b.c.d\n", "f.;;,", "a.b▮.c.d\n"),
    "t-semicolon": ("a.b.c.d\n", "t.;", "a.▮b.c.d\n"),
    "percent": ("f(a[1], (b))\n", "%", "f(a[1], (b)▮)\n"),
    "percent-back": ("if (x) {\n  (y)\n}\n", "G%", "if (x) ▮{\n  (y)\n}\n"),
    "paragraph": ("a\nb\n\nc\n\nd\n", "}}", "a\nb\n\nc\n▮\nd\n"),
    "paragraph-back": ("a\nb\n\nc\n\nd\n", "G{", "a\nb\n\nc\n▮\nd\n"),
    "search": (ABC, "/e\r", "abc\nd▮ef\nghi\n"),
    "search-n": ("a1 a2\na3\n", "/a\rn", "a1 a2\n▮a3\n"),
    "search-N": ("a1 a2\na3\n", "/a\rnN", "a1 ▮a2\na3\n"),
    "search-around": ("a1 a2\na3\n", "/a\rnn", "▮a1 a2\na3\n"),
    "search-back": (ABC, "G?b\r", "a▮bc\ndef\nghi\n"),
    "search-back-n": ("a1 a2\na3\n", "G?a\rnN", "a1 ▮a2\na3\n"),
    "search-again": ("a1 a2\na3\n", "/a\r/\r", "a1 a2\n▮a3\n"),
    "search-escaped": ("a.b a/b\n", "/a\\/b\r", "a.b ▮a/b\n"),
    "search-pattern": ("abc\nxbc\nbc\n", "/^b.*c$\r", "abc\nxbc\n▮bc\n"),
    "search-class": ("ab1-ab22\n", "/[0-9][^-]\r", "ab1-ab▮22\n"),
    "search-none": (ABC, "l/x\r", "a▮bc\ndef\nghi\n"),
    "search-left": (ABC, "l/d\x1b", "a▮bc\ndef\nghi\n"),
    "search-edited": (ABC, "/gg\x7fh\r", "abc\ndef\n▮ghi\n"),
    "star": ("foo bar\nfoobar\nfoo\n", "*", "foo bar\nfoobar\n▮foo\n"),
    "interrupt": (ABC, "2d\x03l", "a▮bc\ndef\nghi\n"),
}

CHANGES = {
    "i": (ABC, "liXY" + ESC, "aX▮Ybc\ndef\nghi\n"),
    "i-count": (ABC, "3iX" + ESC, "XX▮Xabc\ndef\nghi\n"),
    "i-enter": (ABC, "li\r" + ESC, "a\n▮bc\ndef\nghi\n"),
    "i-tab": (ABC, "i\t" + ESC, "▮\tabc\ndef\nghi\n"),
    "i-backspace": (ABC, "jiX\x7f\x7fY" + ESC, "abc▮Ydef\nghi\n"),
    "i-backspace-start": (ABC, "i\x08X" + ESC, "▮Xabc\ndef\nghi\n"),
    "i-ctrl-w": (ABC, "Aone two \x17X" + ESC, "abcone ▮X\ndef\nghi\n"),
    "i-ctrl-u": (ABC, "Axyz\x15X" + ESC, "▮X\ndef\nghi\n"),
    "i-ctrl-v": (ABC, "i\x16\x01" + ESC, "▮\x01abc\ndef\nghi\n"),
    "i-ctrl-c": (ABC, "iX\x03ldd", "▮def\nghi\n"),
    "i-arrows": (ABC, "iX\x1b[CY\x1b[BZ\x1b[DV" + ESC, "XaYbc\ndef▮VZ\nghi\n"),
    "i-home-end-delete": (ABC, "i\x1b[FX\x1b[HY\x1b[3~" + ESC, "▮YbcX\ndef\nghi\n"),
    "i-delete-joins": (ABC, "A\x1b[3~" + ESC, "ab▮cdef\nghi\n"),
    "a": (ABC, "aX" + ESC, "a▮Xbc\ndef\nghi\n"),
    "a-end": (ABC, "$aX" + ESC, "abc▮X\ndef\nghi\n"),
    "I": ("  abc\n", "$IX" + ESC, "  ▮Xabc\n"),
    "A": (ABC, "AX" + ESC, "abc▮X\ndef\nghi\n"),
    "o": (ABC, "oX" + ESC, "abc\n▮X\ndef\nghi\n"),
    "o-count": (ABC, "2oX" + ESC, "abc\nX\n▮X\ndef\nghi\n"),
    "O": (ABC, "jOX" + ESC, "abc\n▮X\ndef\nghi\n"),
    "R": (ABC, "RXYZV" + ESC, "XYZ▮V\ndef\nghi\n"),
    "x": (ABC, "lx", "a▮c\ndef\nghi\n"),
    "x-count": (ABC, "9x", "▮\ndef\nghi\n"),
    "x-end": (ABC, "$x", "a▮b\ndef\nghi\n"),
    "Delete": (ABC, "\x1b[3~", "▮bc\ndef\nghi\n"),
    "X": (ABC, "$X", "a▮c\ndef\nghi\n"),
    "dd": (ABC, "jdd", "abc\n▮ghi\n"),
    "dd-count": (ABC, "2dd", "▮ghi\n"),
    "dd-last": (ABC, "Gdd", "abc\n▮def\n"),
    "dd-all": (ABC, "5dd", "▮"),
    "count-d-count": ("a b c d e\n", "2d2w", "▮e\n"),
    "dw": (WORDS, "dw", "▮two-three  four\n\n  five six\n"),
    "dw-line-end": (WORDS, "$bdw", "one two-three ▮ \n\n  five six\n"),
    "de": (WORDS, "de", "▮ two-three  four\n\n  five six\n"),
    "db": (WORDS, "wdb", "▮two-three  four\n\n  five six\n"),
    "d$": (ABC, "ld$", "▮a\ndef\nghi\n"),
    "d0": (ABC, "$d0", "▮c\ndef\nghi\n"),
    "dj": (ABC, "dj", "▮ghi\n"),
    "dk": (ABC, "Gdk", "▮abc\n"),
    "dG": (ABC, "jdG", "▮abc\n"),
    "dgg": (ABC, "jdgg", "▮ghi\n"),
    "df": ("abcabc\n", "dfb", "▮cabc\n"),
    "dt": ("abcabc\n", "dtc", "▮cabc\n"),
    "d-percent": ("f(a\nb)c\n", "ld%", "f▮c\n"),
    "d-paragraph": ("a\nb\n\nc\n", "d}", "▮\nc\n"),
    "d-search": ("abc\nxyz\n", "ld/y\r", "a▮yz\n"),
    "D": (ABC, "lD", "▮a\ndef\nghi\n"),
    "cc": (ABC, "jccX" + ESC, "abc\n▮X\nghi\n"),
    "cw": (WORDS, "cwX" + ESC, "▮X two-three  four\n\n  five six\n"),
    "cw-one": ("a b\n", "cwXY" + ESC, "X▮Y b\n"),
    "cw-count": ("a b c\n", "c2wX" + ESC, "▮X c\n"),
    "c$": (ABC, "lc$X" + ESC, "a▮X\ndef\nghi\n"),
    "C": (ABC, "lCX" + ESC, "a▮X\ndef\nghi\n"),
    "s": (ABC, "2sX" + ESC, "▮Xc\ndef\nghi\n"),
    "S": (ABC, "SX" + ESC, "▮X\ndef\nghi\n"),
    "yy-p": (ABC, "yyjp", "abc\ndef\n▮abc\nghi\n"),
    "yy-P": (ABC, "Gyy1GP", "▮ghi\nabc\ndef\nghi\n"),
    "yy-count-p": (ABC, "2yyGp", "abc\ndef\nghi\n▮abc\ndef\n"),
    "Y": (ABC, "Yp", "abc\n▮abc\ndef\nghi\n"),
    "p-count": (ABC, "yy2p", "abc\n▮abc\nabc\ndef\nghi\n"),
    "yw-P": (WORDS, "ywP", "one▮ one two-three  four\n\n  five six\n"),
    "y$-p": (ABC, "ly$p", "abb▮cc\ndef\nghi\n"),
    "yj-p": (ABC, "yjGp", "abc\ndef\nghi\n▮abc\ndef\n"),
    "xp": (ABC, "xp", "b▮ac\ndef\nghi\n"),
    "d-lines-p": ("ab\ncd\nef\n", "ld/f\rp", "af▮b\ncd\ne\n"),
    "u-x": (ABC, "xu", "▮abc\ndef\nghi\n"),
    "u-levels": (ABC, "xddjdduuu", "▮abc\ndef\nghi\n"),
    "u-redo": (ABC, "xxuu\x12", "▮bc\ndef\nghi\n"),
    "u-count": (ABC, "xxx2u", "▮bc\ndef\nghi\n"),
    "u-insert": (ABC, "aX\rY\r\x7f\x7fZ" + ESC + "u", "▮abc\ndef\nghi\n"),
    "u-dd-all": (ABC, "9ddu", "▮abc\ndef\nghi\n"),
    "u-p": (ABC, "yy3pu", "▮abc\ndef\nghi\n"),
    "u-J": (ABC, "3Ju", "▮abc\ndef\nghi\n"),
    "u-s": ("aba\nc\na\n", ":%s/a/x/g\ru", "▮aba\nc\na\n"),
    "u-none": (ABC, "lu", "a▮bc\ndef\nghi\n"),
    "J": (ABC, "J", "abc▮ def\nghi\n"),
    "J-count": (ABC, "3J", "abc def▮ ghi\n"),
    "J-indent": ("abc\n   def\n)\n", "3J", "abc def▮)\n"),
    "r": (ABC, "lrX", "a▮Xc\ndef\nghi\n"),
    "r-count": (ABC, "3rX", "XX▮X\ndef\nghi\n"),
    "r-too-many": (ABC, "4rX", "▮abc\ndef\nghi\n"),
    "r-enter": (ABC, "lr\r", "a\n▮c\ndef\nghi\n"),
    "tilde": ("aB1é\n", "9~", "Ab1▮é\n"),
    "shift": ("a\n\nb\n", "3>>", "    ▮a\n\n    b\n"),
    "shift-back": ("     a\n\tb\n", "2<<", " ▮a\nb\n"),
    "shift-motion": (ABC, ">j", "    ▮abc\n    def\nghi\n"),
    "dot-x": (ABC, "x..", "▮\ndef\nghi\n"),
    "dot-insert": (ABC, "AX" + ESC + "j.", "abcX\ndef▮X\nghi\n"),
    "dot-cw": ("a a a\n", "cwXY" + ESC + "w.w.", "XY XY X▮Y\n"),
    "dot-count": ("abcdefgh\n", "x3.", "▮efgh\n"),
    "dot-dd": (ABC, "2ddu.", "▮ghi\n"),
    "s-line": ("aa\naa\n", ":s/a/b/\r", "▮ba\naa\n"),
    "s-all": ("aa\nc\naa\n", ":%s/a/b/\r", "ba\nc\n▮ba\n"),
    "s-global": ("aa\nc\naa\n", ":%s/a/b/g\r", "bb\nc\n▮bb\n"),
    "s-range": ("a\na\na\na\n", ":2,3s/a/b/\r", "a\nb\n▮b\na\n"),
    "s-delimiter": ("a/b\n", ":s#/#-#\r", "▮a-b\n"),
    "s-slash": ("a/b\n", ":s/\\//-/\r", "▮a-b\n"),
    "s-match": ("ab\n", ":s/[ab]*/<&\\&>/\r", "▮<ab&>\n"),
    "s-newline": ("a,b\nc\n", ":%s/,/\\r/g\r", "▮a\nb\nc\n"),
    "s-end": ("a  \nb\n", ":%s/ *$//\r", "a\n▮b\n"),
    "s-start": ("a\nb\n", ":%s/^/# /\r", "# a\n▮# b\n"),
    "s-empty": ("abc\n", ":s/x*/-/g\r", "▮-a-b-c-\n"),
    "s-again": ("aXa\n", "/X\r:s//b/\r", "▮aba\n"),
    "colon-d": (ABC, ":2,3d\r", "▮abc\n"),
    "colon-d-here": (ABC, "j:d\r", "abc\n▮ghi\n"),
}

KEYS = MOVES | CHANGES
FILES = {f"/t/{number}": text for number, (text, _, _) in enumerate(KEYS.values())}


def shown(text: str) -> list[str]:
    """The rows that a text takes on the screen."""
    lines = [_expanded(line).rstrip() for line in text.split("\n")[:-1]] or [""]
    return lines + ["~"] * (ROWS - 1 - len(lines))


def _expanded(line: str) -> str:
    line = "".join(f"^{chr(ord(c) ^ 64)}" if c < " " and c != "\t" else c for c in line)
    return line.expandtabs(TAB_COLUMNS)


def cursor_in(text: str) -> tuple[int, int]:
    """Row and column of the cursor in a text; on a tab its last column."""
    before, after = text.split(CURSOR)
    start = before.rpartition("\n")[2]
    column = len(_expanded(start))
    if after.startswith("\t"):
        column = len(_expanded(start + "\t")) - 1
    return before.count("\n"), column


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("number", range(len(KEYS)), ids=list(KEYS))
def test_key(machines, target, number):
    _, keys, expected = list(KEYS.values())[number]
    text = expected.replace(CURSOR, "")
    with machines.shared(target, "vi", FILES) as machine:
        session = Session(machine)
        terminal = Terminal(session, ROWS, COLUMNS)
        terminal.press(f"vi /t/{number}\r")
        terminal.wait(lambda: f'/t/{number}"' in terminal.rows[-1])
        terminal.press(keys + ESC)
        wanted = (shown(text), cursor_in(expected))
        terminal.wait(lambda: (terminal.rows[:-1], terminal.cursor) == wanted)
        assert (terminal.rows[:-1], terminal.cursor) == wanted
        terminal.press(":wq\r")
        session.wait_prompt()
        files = fsimage.read(at.board(target), at.file_system(session, target))
        assert files[f"/t/{number}"] == text.encode()

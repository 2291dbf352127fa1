# SPDX-License-Identifier: MIT
"""Compile lines with statements to a flat list of steps. See grammar.steps."""

from micropython import const
from upyos import executor, lexer
from upyos.grammar import statements
from upyos.grammar.statements import Malformed, Unclosed
from upyos.grammar.steps import Steps
from upyos.lib.codes import _AMP, _BLOCK, _HERE, _KEYWORDS

# Kinds of steps.
_RUN = const(0)
_TEST = const(1)
_JUMP = const(2)
_FOR = const(3)
_NEXT = const(4)
_LABEL = const(5)
# Steps above this number keep the offset of their line, not what it was parsed to.
_KEPT_STEPS = const(200)
# Words that a condition, or what is gone through, follows.
_HEADS = const(("while", "until", "for"))
# Words whose functions stand in grammar.groups.
_GROUPS = const((";;", "{", "(", "}", ")", "function", "until", "case", "esac"))


def compile(program, line_no, more, source=None):
    """Compile a line that begins with a keyword, and the lines up to the end of its block.

    `more()` gives the next line, None at the end. Raises Unclosed when the end comes too early,
    Malformed when the block is closed and something in it is wrong: nothing of it has run then.
    """
    code = Code(source is not None)
    code.source = source
    code.more = more
    code.add_line(program, line_no)
    if source is None and code.malformed:
        # A fault where the block begins: at the prompt none of it need be typed.
        raise Malformed(*code.malformed)
    while code.open:
        offset = source.tell() if source and len(code.items) > _KEPT_STEPS else -1
        line_no = source.line_no + 1 if source else 0
        try:
            line = more()
            if line is None:
                break
            program = lexer.parse(line)
        except (SyntaxError, ValueError) as e:
            code.wrong("syntax error: " + str(e), line_no)
            continue
        if program:
            code.add_line(program, line_no, (offset, source.line_no) if offset >= 0 else None)
    if code.open:
        word = code.open[-1][0]
        text = "%s without %s" % (word, statements.end_of(word))
        raise Unclosed(text, code.open[-1][6])
    if not code.malformed:
        return code
    raise Malformed(*code.malformed)


class Code(Steps):
    """Steps while they are compiled."""

    # What gives more lines; the line that is compiled.
    more = None
    line_no = 0
    # What stands before a block on its line, `a | while`, until the block is open.
    prefix = None

    def __init__(self, flat=False):
        Steps.__init__(self, flat)
        # Blocks still open: [keyword, first step, steps that leave it, pending, prefix, state of
        # a case, line number].
        self.open = []
        # What is wrong first, and the number of its line.
        self.malformed = None

    def wrong(self, message, line_no):
        """Note what is wrong in a line, unless something was before."""
        if self.malformed is None:
            self.malformed = message, line_no

    def add_line(self, program, line_no, offset=None):
        """Compile one line; for a plain one `offset` is kept instead of the program."""
        if offset and self._is_plain(program):
            self.items.append([_RUN, line_no, offset])
            return
        self.line_no = line_no
        try:
            self._fill(program)
        except SyntaxError as e:
            self.wrong("syntax error: " + str(e), line_no)
            return
        for part in statements.split(program):
            self.add(part, line_no)

    def _is_plain(self, program):
        """Tell whether a line can be parsed again when it runs."""
        word = program[0][0]
        for entry in self.open:
            if entry[0] in ("function", "case"):
                return False
        return not executor.is_statement(program) and (type(word) is not str or word[:1] != ":")

    def _fill(self, program):
        """Read the here-documents of a line."""
        for i in range(0, len(program), 2):
            if program[i][0] == _HERE:
                from upyos.grammar import angles

                program[i] = angles.filled(program[i], self.more)

    def add(self, part, line_no):
        """Compile one part of a line: what stands between semicolons."""
        if self.open and self.open[-1][0] == "case":
            from upyos.grammar import case

            message = case.add(self, part, line_no)
        else:
            message = self._add(part, line_no)
        if message:
            self.wrong(message, line_no)

    def _add(self, part, line_no):
        """Compile a part that is no branch of a case; return what is wrong with it, or None."""
        part = statements.apart(part)
        word = part[0][0]
        message = statements.misplaced(part)
        if message and word not in _KEYWORDS:
            at = statements.opening(part)
            if at:
                self.prefix = part[:at]
                part = part[at:]
                word = part[0][0]
                message = statements.misplaced(part)
        if word in _KEYWORDS:
            if word in _GROUPS:
                from upyos.grammar import groups

                wrong = groups.add(self, part, line_no)
            else:
                wrong = getattr(self, "_" + word)(part, line_no)
            # What else stands behind a word, or behind the end of a block, is compiled by itself.
            return wrong or (message if word in ("if", "elif") + _HEADS else None)
        if type(word) is str and word[:1] == ":" and len(part[0]) == 1 and word != ":":
            self.items.append([_LABEL, line_no, word[1:]])
        else:
            self.items.append([_RUN, line_no, part])
        return message

    def begin(self, keyword, pending):
        """Note that a block is open from the next step on."""
        self.open.append([keyword, len(self.items), [], pending, self.prefix, 0, self.line_no])
        self.prefix = None

    def rest(self, part, line_no):
        """Compile what stands behind the first word of a part, if anything does."""
        words = part[0][1:]
        if words:
            self.add([words] + part[1:], line_no)
        elif part[1] >= _AMP:
            self.wrong(part[0][0] + ": malformed statement", line_no)

    def _then(self, part, line_no):
        if not self.open:
            return part[0][0] + (
                " without if" if part[0][0] == "then" else " without while or for"
            )
        self.rest(part, line_no)
        return None

    _do = _then

    def _if(self, part, line_no):
        action = statements.action(part)
        condition, message = statements.condition(part)
        if action:
            if message:
                return message
            self.items.append([_TEST, line_no, condition, len(self.items) + 2])
            self.items.append([_RUN, line_no, action])
            return None
        self.begin("if", len(self.items))
        self.test(condition, message, line_no)
        return None

    def test(self, condition, message, line_no):
        """Add a condition, or note what is wrong with it."""
        if message:
            self.wrong(message, line_no)
        self.items.append([_TEST, line_no, condition, 0])

    def _while(self, part, line_no):
        self.begin("while", len(self.items))
        condition, message = statements.condition(part)
        if statements.action(part):
            condition, message = None, "while: malformed statement"
        self.test(condition, message, line_no)
        return None

    def _for(self, part, line_no):
        words = part[0]
        good = len(words) > 2 and words[2] == "in" and len(part) == 2 and part[1] < _AMP
        if good and type(words[1]) is str and lexer.legal(words[1]):
            for word in words:
                good = good and type(word) is not int
        else:
            good = False
        at = len(self.items)
        self.begin("for", at + 1)
        if good:
            self.items.append([_FOR, line_no, words[3:]])
        else:
            self.wrong("for: malformed statement", line_no)
            self.items.append([_FOR, line_no, ()])
        self.items.append([_NEXT, line_no, words[1] if good else "", 0])
        return None

    def _misplaced(self, part, keyword):
        """Return what is wrong with the place of elif, else, fi or done, or None."""
        kind = self.open[-1][0] if self.open else ""
        if kind != "if" if keyword == "if" else kind not in ("while", "for", "until"):
            return "%s without %s" % (part[0][0], keyword)
        return None

    def _branch(self, line_no):
        """End a branch of an if: jump to its fi, and let the condition before it come here."""
        leaving, pending = self.open[-1][2:4]
        leaving.append(len(self.items))
        self.items.append([_JUMP, line_no, None, 0])
        self.items[pending][3] = len(self.items)
        self.open[-1][3] = len(self.items)

    def _elif(self, part, line_no):
        message = self._misplaced(part, "if")
        if message is None and self.open[-1][3] < 0:
            message = "elif after else"
        if message:
            return message
        self._branch(line_no)
        condition, message = statements.condition(part)
        if statements.action(part):
            condition, message = None, "elif: malformed statement"
        self.test(condition, message, line_no)
        return None

    def _else(self, part, line_no):
        message = self._misplaced(part, "if")
        if message is None and self.open[-1][3] < 0:
            message = "else after else"
        if message:
            return message
        self._branch(line_no)
        self.open[-1][3] = -1
        self.rest(part, line_no)
        return None

    def _fi(self, part, line_no):
        return self._misplaced(part, "if") or self.end(False, part, line_no)

    def _done(self, part, line_no):
        message = self._misplaced(part, "while or for")
        if message:
            return message
        # Back to the condition, in a for behind its first step.
        self.items.append([_JUMP, line_no, None, max(self.open[-1][1], self.open[-1][3])])
        return self.end(True, part, line_no)

    def end(self, loop, part, line_no):
        """End the innermost block by the part that begins with its last word."""
        keyword, first, leaving, pending, prefix = self.open.pop()[:5]
        end = len(self.items)
        for step in leaving:
            self.items[step][3] = end
        if pending >= 0:
            self.items[pending][3] = end
        self.blocks.append((first, end, loop))
        redirections = part[0][1:]
        for i in range(0, len(redirections), 2):
            if type(redirections[i]) is not int:
                return part[0][0] + ": malformed statement"
        if prefix or redirections or part[1] >= _AMP or keyword == "(":
            from upyos.grammar import groups

            command = (_BLOCK, groups.cut(self, first, keyword == "(")) + tuple(redirections)
            if prefix and prefix[-2] == ["!"]:
                command = ("!",) + command
                prefix = prefix[:-2]
            self.add((prefix or []) + [command] + part[1:], line_no)
        return None

# SPDX-License-Identifier: MIT
"""Compile lines with if, while and for to a flat list of steps, and run the steps.

A step is a list `[kind, line number, data, target, ...]`; target is the index that a false
condition, an ended loop or a jump goes on at. Blocks nest by their targets, not by calls.
"""

from micropython import const
from upyos import executor, lexer, state, variables
from upyos.grammar import compare, statements
from upyos.grammar.statements import Malformed, Unclosed
from upyos.lib.codes import _AMP, _ENTER, _INTERRUPTED, _KEYWORDS

# Kinds of steps.
_RUN = const(0)
_TEST = const(1)
_JUMP = const(2)
_FOR = const(3)
_NEXT = const(4)
_LABEL = const(5)
# Steps above this number keep the offset of their line, not what it was parsed to.
_KEPT_STEPS = const(200)


def compile(program, line_no, more, source=None):
    """Compile a line that begins with a keyword, and the lines up to the end of its block.

    `more()` gives the next line, None at the end. Raises Unclosed when the end comes too early,
    Malformed when the block is closed and something in it is wrong: nothing of it has run then.
    """
    code = Code(source is not None)
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
        word, first = code.open[-1][:2]
        text = "%s without %s" % (word, "fi" if word == "if" else "done")
        raise Unclosed(text, code.items[first][1])
    if not code.malformed:
        return code
    raise Malformed(*code.malformed)


class Code:
    """Steps of one block and of what stands on its lines."""

    def __init__(self, flat=False):
        self.items = []
        # (first step, step after the last, is it a loop) of each closed block.
        self.blocks = []
        # Blocks still open: [keyword, first step, steps that leave it, pending].
        self.open = []
        # What is wrong first, and the number of its line.
        self.malformed = None
        # The step that runs; whether one may run a script the flat way (executor.run).
        self.at = 0
        self.flat = flat
        # Where it goes on because a condition was false, or 0.
        self.target = 0

    def wrong(self, message, line_no):
        """Note what is wrong in a line, unless something was before."""
        if self.malformed is None:
            self.malformed = message, line_no

    def add_line(self, program, line_no, offset=None):
        """Compile one line; for a plain one `offset` is kept instead of the program."""
        if offset and not executor.is_statement(program) and program[0][0][:1] != ":":
            self.items.append([_RUN, line_no, offset])
            return
        for part in statements.split(program):
            word = part[0][0]
            message = statements.misplaced(part)
            if word in _KEYWORDS:
                message = getattr(self, "_" + word)(part, line_no) or message
            elif type(word) is str and word[:1] == ":" and len(part[0]) == 1:
                self.items.append([_LABEL, line_no, word[1:]])
            else:
                self.items.append([_RUN, line_no, part])
            if message:
                self.wrong(message, line_no)

    def _if(self, part, line_no):
        action = statements.action(part)
        condition, message = statements.condition(part)
        if action:
            if message:
                return message
            self.items.append([_TEST, line_no, condition, len(self.items) + 2])
            self.items.append([_RUN, line_no, action])
            return None
        self.open.append(["if", len(self.items), [], len(self.items)])
        self._test(condition, message, line_no)
        return None

    def _test(self, condition, message, line_no):
        """Add a condition, or note what is wrong with it."""
        if message:
            self.wrong(message, line_no)
        self.items.append([_TEST, line_no, condition, 0])

    def _while(self, part, line_no):
        self.open.append(["while", len(self.items), [], len(self.items)])
        condition, message = statements.condition(part)
        if statements.action(part):
            condition, message = None, "while: malformed statement"
        self._test(condition, message, line_no)
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
        self.open.append(["for", at, [], at + 1])
        if good:
            self.items.append([_FOR, line_no, words[3:]])
        else:
            self.wrong("for: malformed statement", line_no)
            self.items.append([_FOR, line_no, ()])
        self.items.append([_NEXT, line_no, words[1] if good else "", 0, None])
        return None

    def _misplaced(self, part, keyword):
        """Return what is wrong with the place of elif, else, fi or done, or None."""
        if not self.open or (self.open[-1][0] == "if") != (keyword == "if"):
            return "%s without %s" % (part[0][0], keyword)
        return None

    def _surplus(self, part):
        """Return what is wrong with more words after else, fi or done, or None.

        The word counts all the same: else a block would be open that looks closed.
        """
        if len(part[0]) > 1 or part[1] >= _AMP:
            return part[0][0] + ": malformed statement"
        return None

    def _branch(self, line_no):
        """End a branch of an if: jump to its fi, and let the condition before it come here."""
        _, _, leaving, pending = self.open[-1]
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
        self._test(condition, message, line_no)
        return None

    def _else(self, part, line_no):
        message = self._misplaced(part, "if")
        if message is None and self.open[-1][3] < 0:
            message = "else after else"
        if message:
            return message
        self._branch(line_no)
        self.open[-1][3] = -1
        return self._surplus(part)

    def _fi(self, part, line_no):
        message = self._misplaced(part, "if")
        return message or self._end(False) or self._surplus(part)

    def _done(self, part, line_no):
        message = self._misplaced(part, "while or for")
        if message:
            return message
        self.items.append([_JUMP, line_no, None, self.open[-1][3]])
        return self._end(True) or self._surplus(part)

    def _end(self, loop):
        _, first, leaving, pending = self.open.pop()
        end = len(self.items)
        for step in leaving:
            self.items[step][3] = end
        if pending >= 0:
            self.items[pending][3] = end
        self.blocks.append((first, end, loop))

    def run(self, at, frame, source, proc):
        """Run steps from an index on; return the index of the next, -1 after Ctrl-C.

        Stops at the end, at a control word, and when the process is held or killed.
        """
        items = self.items
        at = self.target or at
        self.target = 0
        while at < len(items):
            item = items[at]
            kind = item[0]
            frame.line_no = item[1]
            self.at = at
            at += 1
            if kind == _TEST:
                if not compare.holds(item[2], self.flat):
                    at = item[3]
                elif frame.control is not None and frame.control[0] == _ENTER:
                    frame.control[4].append((self._decide, item[3]))
                if state.status == _INTERRUPTED and type(item[2]) is list:
                    return -1
            elif kind == _RUN:
                program = item[2]
                if type(program) is tuple:
                    program = source.again(program)
                if executor.run(program, False, self.flat) == _INTERRUPTED:
                    return -1
            elif kind == _JUMP:
                at = item[3]
                continue
            else:
                at = self._other(at, kind, item)
            if frame.control is not None:
                break
            if proc is not None and proc.sts != "R":
                break
        return at

    def _decide(self, status, target):
        """Go on after a condition that was a script."""
        if status != _INTERRUPTED:
            self.target = target if status else 0
            status = state.status = 0
        return status

    def _other(self, at, kind, item):
        """Run one of the rarer steps; return the index of the next."""
        if kind == _FOR:
            self.items[at][4] = iter(lexer.expand(item[2], variables.get))
        if kind != _NEXT:
            return at
        for value in item[4] or ():
            variables.assign(item[2], value)
            return at
        item[4] = None
        return item[3]

# SPDX-License-Identifier: MIT
"""Compile lines with if, while and for to a flat list of steps, and run the steps.

A step is a list `[kind, line number, data, target, ...]`; target is the index that a false
condition, an ended loop or a jump goes on at. Blocks nest by their targets, not by calls.
"""

from micropython import const

from upyos import compare, executor, lexer, state, statements

_AMP = const(2)
_INTERRUPTED = const(130)
# Kinds of steps.
_RUN = const(0)
_TEST = const(1)
_JUMP = const(2)
_FOR = const(3)
_NEXT = const(4)
_LABEL = const(5)
_ERROR = const(6)
# Steps above this number keep the offset of their line, not what it was parsed to.
_KEPT_STEPS = const(200)


class Unclosed(Exception):
    """A block that is not closed: what to say, and the number of the line that opened it."""


def compile(program, line_no, more, source=None):
    """Compile a line that begins with a keyword, and the lines up to the end of its block.

    `more()` gives the next line, None at the end. Raises Unclosed when the end comes too early.
    """
    code = Code()
    code.add_line(program, line_no)
    if source is None and code.open and type(code.items[0][2]) is str:
        # A fault where the block begins: at the prompt none of it need be typed.
        raise Unclosed(code.items[0][2], 0)
    while code.open:
        offset = source.tell() if source and len(code.items) > _KEPT_STEPS else -1
        line_no = source.line_no + 1 if source else 0
        try:
            line = more()
            if line is None:
                break
            program = lexer.parse(line)
        except (SyntaxError, ValueError) as e:
            code.items.append([_ERROR, line_no, "syntax error: " + str(e)])
            continue
        if program:
            code.add_line(program, line_no, (offset, source.line_no) if offset >= 0 else None)
    if code.open:
        word, first = code.open[-1][:2]
        text = "%s without %s" % (word, "fi" if word == "if" else "done")
        raise Unclosed(text, code.items[first][1])
    return code


class Code:
    """Steps of one block and of what stands on its lines."""

    def __init__(self):
        self.items = []
        # (first step, step after the last, is it a loop) of each closed block.
        self.blocks = []
        # Blocks still open: [keyword, first step, steps that leave it, pending].
        self.open = []
        # The step that runs.
        self.at = 0

    def add_line(self, program, line_no, offset=None):
        """Compile one line; for a plain one `offset` is kept instead of the program."""
        if offset and not executor.is_statement(program) and program[0][0][:1] != ":":
            self.items.append([_RUN, line_no, offset])
            return
        for part in statements.split(program):
            word = part[0][0]
            message = None
            if word in ("if", "while", "for", "elif", "else", "fi", "done"):
                message = getattr(self, "_" + word)(part, line_no)
            elif type(word) is str and word[:1] == ":" and len(part[0]) == 1:
                self.items.append([_LABEL, line_no, word[1:]])
            else:
                self.items.append([_RUN, line_no, part])
            if message:
                self.items.append([_ERROR, line_no, message])

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
        """Add a condition; one that is malformed reports it when it is met, and is false."""
        self.items.append([_TEST, line_no, condition or message, 0])

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
            self.items.append([_ERROR, line_no, "for: malformed statement"])
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
        while at < len(items):
            item = items[at]
            kind = item[0]
            frame.line_no = item[1]
            self.at = at
            at += 1
            if kind == _TEST:
                if not compare.holds(item[2]):
                    at = item[3]
                if state.status == _INTERRUPTED and type(item[2]) is list:
                    return -1
            elif kind == _RUN:
                program = item[2]
                if type(program) is tuple:
                    program = source.again(program)
                if executor.run(program) == _INTERRUPTED:
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

    def _other(self, at, kind, item):
        """Run one of the rarer steps; return the index of the next."""
        if kind == _FOR:
            self.items[at][4] = iter(lexer.expand(item[2], executor.variable))
        elif kind == _NEXT:
            return self._next(at - 1, item)
        elif kind == _ERROR:
            executor.report(item[2])
            state.status = 2
        return at

    def _next(self, at, item):
        for value in item[4] or ():
            executor.assign(item[2], value)
            return at + 1
        item[4] = None
        return item[3]

    def leave(self, frame, source):
        """Obey the control word that the step gave, as far as it stays in this code.

        Returns the next index; the frame's control is left where it leads out.
        """
        word, value = frame.control
        at = self.at
        if word == "break" or word == "continue":
            return self._leave_loop(at, frame)
        if word == "goto" or word == "skip":
            target = self._target(at, word, value, self.items[at][1])
            if target is not None:
                frame.control = None
                if self._inside(at, target):
                    return target
                executor.report("%s: %s: into a block" % (word, value))
                state.status = 2
                return at + 1
            if word == "skip":
                frame.control = ("skip", max(0, self.items[at][1] + value - source.line_no))
        return len(self.items)

    def _leave_loop(self, at, frame):
        """Return where break or continue goes on, by the innermost loop around the step."""
        best = None
        for block in self.blocks:
            if block[2] and block[0] <= at < block[1] and (best is None or block[0] > best[0]):
                best = block
        word = frame.control[0]
        if best is None:
            return len(self.items)
        frame.control = None
        # The last step of a loop jumps to its start.
        return best[1] if word == "break" else best[1] - 1

    def _target(self, at, word, value, line_no):
        """Return the step that goto or skip leads to, or None."""
        for i, item in enumerate(self.items):
            if word == "goto":
                if item[0] == _LABEL and item[2] == value:
                    return i
            elif i > at and item[1] > line_no + value:
                return i
        return None

    def _inside(self, at, target):
        """Tell whether every block around the target is around the step too."""
        for first, end, _ in self.blocks:
            if first < target < end and not first <= at < end:
                return False
        return True

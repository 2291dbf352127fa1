// SPDX-License-Identifier: MIT
// A terminal's screen: what ECMA-48 sequences do to rows of cells. It knows nothing of the page.

const KEPT = 500;
// Wide characters: Unicode's East Asian Width W and F, roughly, and pictures
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const MARK = /\p{Mn}|\p{Me}|\u200d/u;

export class Screen {
  /** answer(text) is called with what the terminal itself has to say. */
  constructor(answer) {
    this.answer = answer;
    this.columns = 80;
    this.rows = 24;
    this.past = [];
    this.reset();
  }

  reset() {
    this.style = "";
    this.row = this.column = 0;
    this.top = 0;
    this.bottom = this.rows - 1;
    this.saved = [0, 0, ""];
    this.state = "";
    this.hidden = false;
    this.lines = Array.from({ length: this.rows }, () => []);
  }

  resize(columns, rows) {
    while (this.lines.length > rows) {
      if (this.row < this.lines.length - 1) this.lines.pop();
      else {
        this.keep(this.lines.shift());
        this.row -= 1;
      }
    }
    while (this.lines.length < rows) this.lines.push([]);
    this.columns = columns;
    this.rows = rows;
    this.row = Math.min(this.row, rows - 1);
    this.column = Math.min(this.column, columns - 1);
    this.top = 0;
    this.bottom = rows - 1;
  }

  keep(line) {
    this.past.push(line);
    if (this.past.length > KEPT) this.past.shift();
  }

  write(text) {
    for (const c of text) this.take(c);
  }

  take(c) {
    if (this.state) this.escape(c);
    else if (c === "\x1b") this.state = c;
    else if (c === "\r") this.column = 0;
    else if (c === "\n") this.down();
    else if (c === "\b") this.column = Math.max(Math.min(this.column, this.columns - 1) - 1, 0);
    else if (c === "\t") this.column = Math.min((this.column >> 3) * 8 + 8, this.columns - 1);
    else if (c >= " " && c !== "\x7f") this.put(c);
  }

  put(c) {
    const line = () => this.lines[this.row];
    if (MARK.test(c)) {
      const cell = line()[this.column - 1];
      if (cell) cell[0] += c;
      return;
    }
    const width = WIDE.test(c) ? 2 : 1;
    if (this.column + width > this.columns) {
      this.column = 0;
      this.down();
    }
    const cells = line();
    while (cells.length < this.column) cells.push([" ", ""]);
    cells[this.column] = [c, this.style];
    if (width === 2) cells[this.column + 1] = ["", this.style];
    this.column += width;
  }

  down() {
    if (this.row === this.bottom) this.scroll(1);
    else if (this.row < this.rows - 1) this.row += 1;
  }

  /** Move the lines of the scrolling region up; a negative count moves them down. */
  scroll(count, top = this.top) {
    for (let i = 0; i < Math.abs(count); i += 1) {
      if (count > 0) {
        const [gone] = this.lines.splice(top, 1);
        if (top === 0 && this.bottom === this.rows - 1) this.keep(gone);
        this.lines.splice(this.bottom, 0, []);
      } else {
        this.lines.splice(this.bottom, 1);
        this.lines.splice(top, 0, []);
      }
    }
  }

  escape(c) {
    const state = this.state;
    if (state === "\x1b") {
      if (c === "[" || c === "]" || c === "(" || c === ")") {
        this.state = c;
        return;
      }
      this.state = "";
      if (c === "7") this.saved = [this.row, this.column, this.style];
      else if (c === "8") [this.row, this.column, this.style] = this.saved;
      else if (c === "D") this.down();
      else if (c === "E") [this.column] = [0, this.down()];
      else if (c === "M") this.row === this.top ? this.scroll(-1) : (this.row -= 1);
      else if (c === "c") this.reset();
    } else if (state[0] === "]") {
      // a title or the like ends with BEL or ST
      if (c === "\x07" || c === "\\") this.state = "";
    } else if (state[0] !== "[") this.state = "";
    else if (c >= "@" && c <= "~") {
      this.state = "";
      this.control(state.slice(1), c);
    } else if (c < " ") {
      this.take.call(Object.assign(this, { state: "" }), c);
      this.state = state;
    } else this.state = state.length < 40 ? state + c : "";
  }

  control(text, c) {
    const own = text[0] === "?";
    const numbers = text.replace(/^\?/, "").split(";").map((part) => parseInt(part, 10) || 0);
    const count = Math.max(numbers[0], 1);
    const cells = this.lines[this.row];
    const at = Math.min(this.column, this.columns - 1);
    if (own) {
      if (numbers[0] === 25) this.hidden = c === "l";
    } else if (c === "A") this.row = Math.max(this.row - count, 0);
    else if (c === "B") this.row = Math.min(this.row + count, this.rows - 1);
    else if (c === "C") this.column = Math.min(at + count, this.columns - 1);
    else if (c === "D") this.column = Math.max(at - count, 0);
    else if (c === "G") this.column = Math.min(count, this.columns) - 1;
    else if (c === "d") this.row = Math.min(count, this.rows) - 1;
    else if (c === "H" || c === "f") {
      this.row = Math.min(count, this.rows) - 1;
      this.column = Math.min(Math.max(numbers[1] ?? 1, 1), this.columns) - 1;
    } else if (c === "J") this.erase(numbers[0], at);
    else if (c === "K") this.eraseLine(cells, numbers[0], at);
    else if (c === "P") cells.splice(at, count);
    else if (c === "X") for (let i = at; i < at + count && i < cells.length; i += 1) cells[i] = [" ", this.style];
    else if (c === "@") {
      while (cells.length < at) cells.push([" ", ""]);
      cells.splice(at, 0, ...Array.from({ length: count }, () => [" ", this.style]));
      cells.length = Math.min(cells.length, this.columns);
    } else if (c === "L") this.scroll(-count, this.row);
    else if (c === "M") this.scroll(count, this.row);
    else if (c === "S") this.scroll(count);
    else if (c === "T") this.scroll(-count);
    else if (c === "m") this.render(numbers);
    else if (c === "r") {
      this.top = count - 1;
      this.bottom = Math.min(numbers[1] || this.rows, this.rows) - 1;
      if (this.top >= this.bottom) [this.top, this.bottom] = [0, this.rows - 1];
      this.row = this.column = 0;
    } else if (c === "n" && numbers[0] === 6) this.answer(`\x1b[${this.row + 1};${at + 1}R`);
    else if (c === "n" && numbers[0] === 5) this.answer("\x1b[0n");
    else if (c === "c") this.answer("\x1b[?1;2c");
  }

  eraseLine(cells, how, at) {
    if (how === 0) cells.length = Math.min(cells.length, at);
    else if (how === 2) cells.length = 0;
    else for (let i = 0; i <= at && i < cells.length; i += 1) cells[i] = [" ", ""];
  }

  erase(how, at) {
    this.lines.forEach((cells, i) => {
      if (i === this.row && how < 2) this.eraseLine(cells, how, at);
      else if (how >= 2 || (how === 0 ? i > this.row : i < this.row)) cells.length = 0;
    });
    if (how === 3) this.past.length = 0;
  }

  /** Colours and the like; a style is "bold,inverse,underline,front,back". */
  render(numbers) {
    let [bold, inverse, line, front, back] = (this.style || ",,,,").split(",");
    for (let i = 0; i < numbers.length; i += 1) {
      const n = numbers[i];
      if (n === 0) bold = inverse = line = front = back = "";
      else if (n === 1) bold = "1";
      else if (n === 4) line = "1";
      else if (n === 7) inverse = "1";
      else if (n === 22) bold = "";
      else if (n === 24) line = "";
      else if (n === 27) inverse = "";
      else if (n >= 30 && n <= 37) front = `${n - 30}`;
      else if (n >= 40 && n <= 47) back = `${n - 40}`;
      else if (n >= 90 && n <= 97) front = `${n - 82}`;
      else if (n >= 100 && n <= 107) back = `${n - 92}`;
      else if (n === 39) front = "";
      else if (n === 49) back = "";
      else if (n === 38 || n === 48) {
        const indexed = numbers[i + 1] === 5;
        if (indexed && numbers[i + 2] < 16) n === 38 ? (front = `${numbers[i + 2]}`) : (back = `${numbers[i + 2]}`);
        i += indexed ? 2 : 4;
      }
    }
    this.style = [bold, inverse, line, front, back].join(",");
    if (this.style === ",,,,") this.style = "";
  }
}

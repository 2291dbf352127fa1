// SPDX-License-Identifier: MIT
// The terminal: a Screen drawn as rows of text, keys sent over a WebSocket.

import { $, make } from "./api.js";
import { Screen } from "./screen.js";

const COLOURS = ["#3b4252", "#ff7b72", "#7ee787", "#ffd166", "#79a8ff", "#e0a3ff", "#6fd3e8", "#e6edf3",
  "#7d8aa5", "#ffa198", "#a5f3b0", "#ffe08f", "#a9c7ff", "#efc4ff", "#a5e8f5", "#ffffff"];
const KEYS = {
  Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b", ArrowUp: "\x1b[A", ArrowDown: "\x1b[B", ArrowRight: "\x1b[C",
  ArrowLeft: "\x1b[D", Home: "\x1b[H", End: "\x1b[F", Delete: "\x1b[3~", PageUp: "\x1b[5~", PageDown: "\x1b[6~", Insert: "\x1b[2~",
};
const EXTRA = [["Esc", "Escape"], ["Tab", "Tab"], ["Ctrl", ""], ["◀", "ArrowLeft"], ["▲", "ArrowUp"], ["▼", "ArrowDown"], ["▶", "ArrowRight"]];
const NAMES = { "◀": "Left", "▲": "Up", "▼": "Down", "▶": "Right" };
// The board takes frames of 1024 bytes, and what it has no room for is lost: small pieces.
const PIECE = 200;

const screen = new Screen(send);
const box = $("screen");
const keys = $("keys");
const drawn = [];
let socket = null;
let drawing = false;
let control = false;

/** Show the view; connect if there is no connection. */
export function show() {
  fit();
  if (!socket) connect();
  keys.focus();
}

/** End the connection. */
export function close() {
  socket?.close();
  socket = null;
}

function connect() {
  const own = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  const decoder = new TextDecoder();
  socket = own;
  own.binaryType = "arraybuffer";
  own.onopen = tellSize;
  own.onmessage = (event) => {
    screen.write(typeof event.data === "string" ? event.data : decoder.decode(event.data, { stream: true }));
    draw();
  };
  own.onclose = () => {
    if (socket !== own) return;
    socket = null;
    screen.write("\r\n\x1b[7m The connection has ended. Press a key for a new one. \x1b[0m\r\n");
    draw();
  };
}

function send(text) {
  if (!socket) {
    connect();
    return;
  }
  if (socket.readyState !== WebSocket.OPEN) return;
  const letters = [...text];
  for (let i = 0; i < letters.length; i += PIECE) socket.send(letters.slice(i, i + PIECE).join(""));
}

function tellSize() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const data = new DataView(new ArrayBuffer(4));
  data.setUint16(0, screen.columns);
  data.setUint16(2, screen.rows);
  socket.send(data.buffer);
}

/** Have as many rows and columns as there is room for. */
function fit() {
  if (!box.clientHeight) return;
  const probe = make("span", { text: "0".repeat(50) });
  const row = make("div", {}, probe);
  box.append(row);
  const width = probe.getBoundingClientRect().width / 50;
  const height = row.getBoundingClientRect().height;
  row.remove();
  const style = getComputedStyle(box);
  const pad = parseFloat(style.paddingLeft) * 2;
  const columns = Math.max(Math.floor((box.clientWidth - pad) / width), 20);
  const rows = Math.max(Math.floor((box.clientHeight - pad) / height), 5);
  if (columns !== screen.columns || rows !== screen.rows) {
    screen.resize(columns, rows);
    tellSize();
  }
  draw();
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    paint();
  });
}

/** Bring the rows of the page up to date; only those that differ are made anew. */
function paint() {
  const lines = [...screen.past, ...screen.lines];
  const cursorAt = screen.hidden ? -1 : screen.past.length + screen.row;
  while (box.children.length < lines.length) box.append(make("div"));
  while (box.children.length > lines.length) box.lastChild.remove();
  drawn.length = lines.length;
  const below = box.scrollHeight - box.scrollTop - box.clientHeight;
  lines.forEach((cells, i) => {
    const cursor = i === cursorAt ? Math.min(screen.column, screen.columns - 1) : -1;
    const key = `${cursor}|${cells.map((cell) => cell.join("\x01")).join("\x02")}`;
    if (drawn[i] === key) return;
    drawn[i] = key;
    box.children[i].replaceChildren(...runs(cells, cursor));
  });
  if (below < 60 || cursorAt >= 0) box.scrollTop = box.scrollHeight;
}

/** The spans of a row: cells of one style together, the cursor by itself. */
function runs(cells, cursor) {
  const spans = [];
  let text = "";
  let style = "";
  const flush = () => {
    if (text) spans.push(span(text, style));
    text = "";
  };
  const count = Math.max(cells.length, cursor + 1);
  for (let i = 0; i < count; i += 1) {
    const [c, own] = cells[i] ?? [" ", ""];
    if (own !== style || i === cursor) flush();
    style = own;
    text += c;
    if (i === cursor) {
      spans.push(make("span", { class: "cursor", text: text || " " }));
      text = "";
    }
  }
  flush();
  return spans;
}

function span(text, style) {
  const element = make("span", { text });
  if (style) {
    const [bold, inverse, line, front, back] = style.split(",");
    let colour = front ? COLOURS[front] : "";
    let ground = back ? COLOURS[back] : "";
    if (inverse) [colour, ground] = [ground || "#10151f", colour || "#dfe6f3"];
    if (bold) element.style.fontWeight = "700";
    if (line) element.style.textDecoration = "underline";
    element.style.color = colour;
    element.style.background = ground;
  }
  return element;
}

function key(event) {
  if (event.isComposing || event.metaKey || (event.key === "Tab" && event.shiftKey)) return;
  let text = KEYS[event.key];
  if (event.ctrlKey && !event.altKey && /^[a-z@[\]\\^_ ]$/i.test(event.key)) {
    // what is selected is copied, as everywhere
    if (event.key === "c" && String(getSelection())) return;
    if (event.key === "v") return;
    text = String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
  }
  if (text === undefined) return;
  event.preventDefault();
  send(text);
}

function typed(text) {
  if (control && text.length === 1) {
    text = String.fromCharCode(text.toUpperCase().charCodeAt(0) & 31);
    hold(false);
  }
  send(text);
}

function hold(on) {
  control = on;
  $("extra").children[2].setAttribute("aria-pressed", on);
}

keys.addEventListener("keydown", key);
// The keyboards of phones send no keys, but change the text: a blank stands in it, to be deleted.
function changed() {
  const text = keys.value;
  keys.value = " ";
  keys.setSelectionRange(1, 1);
  if (text === "") send("\x7f");
  else typed(text.replace(/^ /, "").replaceAll("\n", "\r"));
}
keys.value = " ";
keys.addEventListener("input", (event) => event.isComposing || changed());
keys.addEventListener("compositionend", changed);
box.addEventListener("click", () => String(getSelection()) || keys.focus({ preventScroll: true }));
for (const [text, name] of EXTRA) {
  const press = () => {
    name ? send(KEYS[name]) : hold(!control);
    keys.focus({ preventScroll: true });
  };
  $("extra").append(make("button", { text, "aria-label": NAMES[text] ?? text, type: "button", onclick: press }));
}
new ResizeObserver(fit).observe(box);

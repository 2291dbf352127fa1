// SPDX-License-Identifier: MIT
// The page: log-in, views, status, pins.

import { $, ask, get, make, note, onState, post, size, tell } from "./api.js";
import * as files from "./files.js";
import * as terminal from "./terminal.js";

const VIEWS = { status: showStatus, files: files.show, terminal: terminal.show, pins: showPins };
const REFRESH_MS = 5000;
let view = "";
let timer;

function seconds(total) {
  const days = Math.floor(total / 86400);
  const rest = new Date((total % 86400) * 1000).toISOString().slice(11, 19);
  return days ? `${days} d ${rest}` : rest;
}

function card(title, ...children) {
  return make("article", { class: "card" }, make("h2", { text: title }), ...children);
}

function list(rows) {
  const found = make("dl");
  for (const [name, value] of rows) {
    if (value !== null && value !== undefined && value !== "" && value !== 0) {
      found.append(make("dt", { text: name }), make("dd", { text: value }));
    }
  }
  return found;
}

function filling(title, use) {
  const share = Math.round((use.used / use.total) * 100);
  const meter = make("meter", { min: 0, max: 100, high: 85, low: 70, optimum: 10, value: share, "aria-label": `${title}, percent in use` });
  return card(title, make("div", { class: "big", text: `${size(use.free)} free` }), meter,
    make("p", { class: "faint", text: `${share} % of ${size(use.total)} in use` }));
}

function greet(sys) {
  $("name").textContent = sys.name;
  document.title = sys.name;
  $("logout").hidden = !sys.password;
}

async function showStatus() {
  const found = await tell(() => get("/api/status"));
  if (!found || view !== "status") return;
  const { mcu, board, sys } = found;
  const what = board.board ?? {};
  greet(sys);
  const degrees = mcu.temperature_c;
  $("cards").replaceChildren(
    filling("Memory", found.memory),
    filling("Files", found.storage),
    card("System", make("div", { class: "big", text: seconds(sys.uptime_s) }), make("p", { class: "faint", text: "since the start" }),
      list([["Version", sys.version], ["MicroPython", sys.micropython], ["Clock", sys.time], ["Processes", sys.processes]])),
    card("Board", list([
      ["Board", [what.vendor, what.name].filter(Boolean).join(" ")], ["Machine", mcu.machine], ["Platform", mcu.platform],
      ["Id", mcu.id], ["Processor", mcu.frequency_hz ? `${mcu.frequency_hz / 1e6} MHz` : ""],
      ["Temperature", degrees === null || degrees === undefined ? "" : `${degrees.toFixed(1)} °C`],
    ])),
    card("Services", list(Object.entries(found.services).map(([name, port]) => [name, `port ${port}`])),
      sys.password ? "" : make("p", { class: "wrong", text: "No password is set: anybody in this network can do anything. Type setauth in the terminal." })),
  );
  timer = setTimeout(showStatus, REFRESH_MS);
}

async function showPins() {
  let found;
  try {
    found = await get("/api/gpio/status");
  } catch (error) {
    $("leds").replaceChildren();
    $("gpios").replaceChildren(make("p", { class: "faint", text: error.message }));
    return;
  }
  if (view !== "pins") return;
  // what has the focus must not go while somebody uses it
  if (!$("pins").contains(document.activeElement)) {
    $("leds").replaceChildren(...found.led.map(led), ...found.rgb.map(rgb));
  }
  $("gpios").replaceChildren(...found.gpio.map(pin));
  timer = setTimeout(showPins, REFRESH_MS);
}

function set(gpio, val) {
  return tell(async () => {
    await post("/api/gpio/set", { pin: gpio, val });
    clearTimeout(timer);
    await showPins();
  });
}

function pin({ gpio, val }) {
  return make("div", { class: "pin" }, make("span", { text: `GPIO ${gpio}` }),
    make("b", { class: val ? "high" : "", text: val, title: val ? "high" : "low" }),
    make("button", { text: val ? "Set 0" : "Set 1", "aria-label": `Set GPIO ${gpio} to ${val ? 0 : 1}`, onclick: () => set(gpio, val ? 0 : 1) }));
}

function led(gpio) {
  return card(`LED at GPIO ${gpio}`, make("div", { class: "row" },
    make("button", { text: "On", onclick: () => set(gpio, 1) }), make("button", { text: "Off", onclick: () => set(gpio, 0) })));
}

function rgb(gpio) {
  const colour = make("input", { type: "color", value: "#102030", "aria-label": `Colour of the LED at GPIO ${gpio}` });
  const paint = (text) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
    return tell(() => post("/api/rgb/set", { gpio, r, g, b }));
  };
  return card(`Colour LED at GPIO ${gpio}`, make("div", { class: "row" }, colour,
    make("button", { text: "Show", onclick: () => paint(colour.value) }), make("button", { text: "Dark", onclick: () => paint("#000000") })));
}

function route() {
  const wanted = location.hash.slice(1).split("/")[0];
  if (view === "files" && wanted !== "files" && !files.leave()) {
    location.hash = "#files";
    return;
  }
  view = VIEWS[wanted] ? wanted : "status";
  clearTimeout(timer);
  for (const name of Object.keys(VIEWS)) $(name).hidden = name !== view;
  for (const link of document.querySelectorAll("#home > nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  VIEWS[view]();
}

function door(open) {
  $("door").hidden = open;
  $("home").hidden = !open;
  if (open) route();
  else {
    view = "";
    clearTimeout(timer);
    terminal.close();
    $("login").elements.user.focus();
  }
}

onState((state) => {
  $("link").classList.toggle("lost", state === "gone");
  $("link").textContent = state === "gone" ? "no answer" : "connected";
  if (state === "out") door(false);
});

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  const wrong = form.querySelector(".wrong");
  wrong.textContent = "";
  try {
    await post("/api/login", { user: form.elements.user.value, password: form.elements.password.value });
    form.reset();
    door(true);
  } catch (error) {
    wrong.textContent = error.message;
  }
  button.disabled = false;
});
$("logout").addEventListener("click", () => tell(async () => {
  await get("/api/logout");
  door(false);
}));
$("reset").addEventListener("click", async () => {
  if (await ask("Restart the board? Programs that run are ended.", undefined, "Restart")) {
    if (await tell(() => post("/api/system/reset"))) note("The board restarts.");
  }
});
addEventListener("hashchange", () => view && route());

// a first call tells whether a log-in is needed
get("/api/status").then((found) => {
  greet(found.sys);
  door(true);
}, (error) => error.status !== 401 && setTimeout(() => location.reload(), 3000));

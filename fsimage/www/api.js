// SPDX-License-Identifier: MIT
// Calls of the board, and what every view needs: notes, questions, elements.

export const $ = (id) => document.getElementById(id);

/** Make an element: tag, properties (class, text, on...), children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Thrown when the board says no. */
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

let lost = () => {};
/** Say who is told when the session has ended, and whether the board answers. */
export function onState(callback) {
  lost = callback;
}

async function request(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    lost("gone");
    throw new Refused(0, "The board does not answer.");
  }
  lost("there");
  if (answer.ok) return answer;
  const text = await answer.json().then((found) => found.error, () => answer.statusText);
  if (answer.status === 401 && path !== "/api/login") lost("out");
  throw new Refused(answer.status, text);
}

export const get = async (path) => (await request(path)).json();
export const read = async (path) => (await request(path)).text();
export const post = async (path, values = {}) =>
  (await request(path, { method: "POST", body: JSON.stringify(values) })).json();
export const send = async (path, body) => (await request(path, { method: "POST", body })).json();

let timer;
/** Show a short note. */
export function note(text) {
  $("note").textContent = text;
  $("note").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => ($("note").hidden = true), 4000);
}

/** Run what may be refused; show why. */
export async function tell(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 401) note(error.message);
    return undefined;
  }
}

/** Ask; resolves to the text that was typed (value given), to true, or to null. */
export function ask(question, value, yes = "OK") {
  const dialog = $("ask");
  $("question").textContent = question;
  $("value-label").hidden = value === undefined;
  $("value").value = value ?? "";
  $("yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  if (value !== undefined) $("value").select();
  else $("yes").focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const typed = value === undefined ? true : $("value").value.trim();
        resolve(dialog.returnValue === "yes" && typed !== "" ? typed : null);
      },
      { once: true },
    );
  });
}

/** A size in bytes for people. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(2)} MiB`;
}

// SPDX-License-Identifier: MIT
// Files: a directory, an editor.

import { $, ask, make, note, post, read, send, size, tell } from "./api.js";

const MOST_BYTES = 200000;
let folder = "/";
let edited = "";
let saved = "";

const join = (name) => (folder === "/" ? "" : folder) + "/" + name;
const query = (path) => encodeURIComponent(path);
const FOLDER = "M3 6h6l2 2h10v11H3z";
const FILE = "M6 3h8l4 4v14H6zM14 3v4h4";

/** Show the view. */
export function show() {
  return edited ? undefined : list();
}

/** Tell whether the view may be left: not with changes that are not saved. */
export function leave() {
  if (edited && $("text").value !== saved) {
    note("Save the file, or go back, first.");
    return false;
  }
  return true;
}

async function list() {
  const found = await tell(() => post("/api/fs/list", { path: folder }));
  if (!found) return;
  crumbs();
  const rows = found.entries.sort((a, b) => b.dir - a.dir || a.name.localeCompare(b.name)).map(row);
  if (!rows.length) rows.push(make("tr", {}, make("td", { colspan: 4, class: "faint", text: "Nothing is here." })));
  $("listing").tBodies[0].replaceChildren(...rows);
}

function crumbs() {
  const parts = folder.split("/").filter(Boolean);
  const link = (text, path) => make("a", { href: "#files", text, onclick: (event) => go(event, path) });
  const links = parts.map((part, i) => link(`${part}/`, `/${parts.slice(0, i + 1).join("/")}`));
  $("crumbs").replaceChildren(link("/", "/"), ...links);
}

function go(event, path) {
  event.preventDefault();
  folder = path;
  return list();
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function row(entry) {
  const path = join(entry.name);
  const open = (event) => {
    if (entry.dir) return go(event, path);
    event.preventDefault();
    return edit(path, entry.size);
  };
  const time = entry.time ? new Date(entry.time * 1000).toISOString().slice(0, 16).replace("T", " ") : "";
  const act = (text, work) => make("button", { text, "aria-label": `${text} ${entry.name}`, onclick: work });
  return make("tr", {},
    make("td", {}, make("a", { href: "#files", onclick: open }, icon(entry.dir ? FOLDER : FILE), entry.name)),
    make("td", { class: "number", text: entry.dir ? "" : size(entry.size) }),
    make("td", { class: "wide number", text: time }),
    make("td", {}, ...(entry.protected ? [] : [act("Rename", () => rename(path, entry.name)), act("Delete", () => remove(path, entry))])));
}

async function rename(path, name) {
  const wanted = await ask(`New name of ${name}`, name);
  if (!wanted || wanted === name) return;
  await tell(() => post("/api/fs/rename", { old_path: path, new_path: wanted.startsWith("/") ? wanted : join(wanted) }));
  await list();
}

async function remove(path, entry) {
  const question = entry.dir ? `Delete ${path} with all that is in it?` : `Delete ${path}?`;
  if (!(await ask(question, undefined, "Delete"))) return;
  await tell(() => post("/api/fs/delete", { path }));
  await list();
}

async function edit(path, bytes) {
  const place = `/api/fs/download?path=${query(path)}`;
  if (bytes > MOST_BYTES) {
    location.href = place;
    return;
  }
  const text = await tell(() => read(`/api/fs/read?path=${query(path)}`));
  if (text === undefined) return;
  if (/[\0\ufffd]/.test(text)) {
    // no text: an editor would damage it
    location.href = place;
    return;
  }
  edited = path;
  saved = text.replaceAll("\r\n", "\n");
  $("path").textContent = path;
  $("download").href = place;
  $("text").value = saved;
  $("browser").hidden = true;
  $("editor").hidden = false;
  $("text").focus();
  $("text").setSelectionRange(0, 0);
}

async function save(event) {
  event?.preventDefault();
  const text = $("text").value;
  if (await tell(() => send(`/api/fs/write?path=${query(edited)}`, text))) {
    saved = text;
    note(`${edited} is saved.`);
  }
}

async function close() {
  if ($("text").value !== saved && !(await ask("Drop what was changed?", undefined, "Drop"))) return;
  edited = "";
  $("editor").hidden = true;
  $("browser").hidden = false;
  await list();
}

async function upload(chosen) {
  for (const file of chosen) {
    if (!(await tell(() => send(`/api/fs/upload?path=${query(join(file.name))}`, file)))) break;
    note(`${file.name} is on the board.`);
  }
  $("upload").value = "";
  await list();
}

$("editor").addEventListener("submit", save);
$("close").addEventListener("click", close);
$("text").addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") save(event);
  // Tab indents; Escape and then Tab leaves, as everywhere
  if (event.key === "Tab" && !event.shiftKey && !event.target.dataset.leave) {
    event.preventDefault();
    document.execCommand("insertText", false, "    ");
  }
  event.target.dataset.leave = event.key === "Escape" ? "yes" : "";
});
$("upload").addEventListener("change", (event) => upload([...event.target.files]));
$("upload").parentElement.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") $("upload").click();
});
$("new-folder").addEventListener("click", async () => {
  const name = await ask("Name of the new folder", "");
  if (name && (await tell(() => post("/api/fs/mkdir", { path: join(name) })))) await list();
});
$("new-file").addEventListener("click", async () => {
  const name = await ask("Name of the new file", "");
  if (name && (await tell(() => send(`/api/fs/write?path=${query(join(name))}`, "")))) await edit(join(name), 0);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  $("browser").addEventListener(name, (event) => {
    event.preventDefault();
    $("browser").classList.toggle("dropping", name === "dragover");
    if (name === "drop") upload([...event.dataTransfer.files]);
  });
}
addEventListener("beforeunload", (event) => {
  if (edited && $("text").value !== saved) event.preventDefault();
});

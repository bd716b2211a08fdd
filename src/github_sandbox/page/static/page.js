// What the page does by itself: it sends what people do, exchanges its parts, and lets cards be dragged.
"use strict";
const $ = id => document.getElementById(id);
const PARTS = ["main", "problems", "now"];
const TYPED = "main textarea, main input:not([type=checkbox]), form[data-new] select";
const repository = document.body.dataset.repository;
let version = document.body.dataset.version, acting = 0, asked = 0, drag = null, picked = null;

// Exchanging the parts

function remember() {
  const board = $("board");
  const open = [...document.querySelectorAll("details[open]")].map(each => each.closest("[id]")?.id + each.className);
  const typed = [...document.querySelectorAll(TYPED)].filter(isTyped).map(each => [place(each), each.value]);
  const deal = $("deal");
  return {open, typed, focus: document.activeElement && place(document.activeElement), scroll: [board?.scrollLeft, deal?.scrollTop]};
}

const isTyped = control => control.matches("select")
  ? ![...control.selectedOptions].every(each => each.defaultSelected) : control.value !== control.defaultValue;

// Where a control is: the nearest id and its rank among those of its kind there.
function place(node) {
  const home = node.closest("[id]");
  if (!home) return "";
  return `${home.id}|${node.tagName}|${[...home.querySelectorAll(node.tagName)].indexOf(node)}`;
}

function find(where) {
  const [id, tag, rank] = where.split("|");
  const home = id && $(id);
  return home && home.tagName === tag && rank === "-1" ? home : home?.querySelectorAll(tag)[rank];
}

function recall({open, typed, focus, scroll}, same) {
  for (const each of document.querySelectorAll("details")) {
    if (open.includes(each.closest("[id]")?.id + each.className)) each.open = true;
  }
  if (same) for (const [where, value] of typed) { const node = find(where); if (node) node.value = value; }
  if ($("board")) $("board").scrollLeft = scroll[0] ?? 0;
  if (same && $("deal")) $("deal").scrollTop = scroll[1] ?? 0;
  if (focus) find(focus)?.focus({preventScroll: true});
}

// What was asked for last is what is shown, whichever answer comes last.
async function go(address, {push = true} = {}) {
  const mine = asked += 1;
  const answer = await fetch(address, {headers: {Accept: "text/html"}});
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return;
  if (!other.getElementById("main")) { location.href = address; return; }
  const before = remember(), same = new URL(address, location.href).pathname === location.pathname;
  for (const id of PARTS) $(id).replaceWith(document.adoptNode(other.getElementById(id)));
  document.title = other.title;
  version = other.body.dataset.version;
  if (push && address !== location.href) history.pushState(null, "", address);
  recall(before, same);
  prepare();
}

const reload = () => go(location.href, {push: false});

// What people do

async function send(path, body) {
  const options = {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)};
  const answer = await (await fetch(`/_sandbox${path}`, options)).json();
  if ("error" in answer) throw new Error(answer.error);
  return answer.result;
}

function say(text, lasts = 6000) {
  const notice = $("notice");
  notice.textContent = text;
  notice.hidden = !text;
  clearTimeout(say.timer);
  if (text) say.timer = setTimeout(() => { notice.hidden = true; }, lasts);
}

// The page is busy from an act of somebody's until it shows what came of it.
async function busy(work) {
  acting += 1;
  document.body.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    acting -= 1;
    if (!acting) document.body.removeAttribute("aria-busy");
  }
}

// Returns [result, refusal].
async function perform(path, body) {
  say("Working …", 60000);
  try {
    const result = await send(path, body);
    say("");
    return [result, null];
  } catch (error) {
    say(error.message);
    return [null, error.message];
  }
}

const act = (name, args, options = {}) => perform("/act", {repo: repository, act: name, args: [$("who").value, ...args], options});

async function move(number, from, to) {
  const card = $(`card-${number}`);
  if (!to || from === to) return;
  if (card) {
    card.classList.add("busy");
    document.querySelector(`section[data-column="${CSS.escape(to)}"] .cards`)?.prepend(card);
  }
  const swap = from && document.body.dataset.oneLabel === undefined;
  const [, refused] = swap ? await act("swap", [number, from, to]) : await act("label", [number, to]);
  await reload();
  shown(number, to, refused);
}

// After a move: the card where it is now, and why it is not where it was dragged.
function shown(number, to, refused) {
  const card = $(`card-${number}`);
  if (!card) return;
  const back = card.closest("section").dataset.column !== to;
  const answer = $(`answer-${number}`);
  if (refused) {
    const note = Object.assign(document.createElement("p"), {className: "attention", textContent: refused});
    note.setAttribute("role", "alert");
    card.append(note);
  } else if (back && answer) {
    answer.open = true;
  }
  card.scrollIntoView({block: "nearest", inline: "nearest"});
  card.querySelector(".handle")?.focus({preventScroll: true});
  if (refused) say(refused);
  else if (back) say(`Moved back to ${card.closest("section").dataset.name}. The card says why.`);
  else say(`Moved to ${card.closest("section").dataset.name}.`, 2500);
}

// A field is changed by its command, in a comment; what the program answers is shown at the field.
async function changed(form) {
  const typed = [...form.querySelectorAll("input")].map(each => each.value.trim());
  const said = typed.some(Boolean) ? [form.dataset.command, ...typed].join(" ") : form.dataset.clear;
  const [comment, refused] = await act("comment", [Number(form.dataset.issue), said]);
  if (comment) { form.reset(); await reload(); }
  const answer = refused ?? answerTo(comment), field = $(form.id);
  if (!field || !answer) return;
  field.querySelector("output").textContent = answer;
  field.querySelectorAll("input").forEach((each, at) => { each.value = typed[at]; });
}

function answerTo(comment) {
  const later = [...document.querySelectorAll("#conversation [data-comment]")].filter(each => Number(each.dataset.comment) > comment);
  const answer = later.find(each => each.dataset.author.endsWith("[bot]"))?.querySelector(".text").innerText.trim().replace(/\n\n+/g, "\n");
  const reactions = $(`comment-${comment}`)?.querySelector(".reactions")?.textContent.trim() ?? "";
  return answer || (reactions.startsWith("🚀") ? "" : reactions);
}

const columnOf = number => $(`card-${number}`)?.closest("section").dataset.column ?? "";

async function submitted(form) {
  const fields = [...form.querySelectorAll("[name]")].map(each => each.value);
  const args = JSON.parse(form.dataset.args);
  const [, refused] = form.dataset.options
    ? await act(form.dataset.act, args, {[form.dataset.options]: fields[0]})
    : await act(form.dataset.act, [...args, ...fields]);
  if (refused) return;
  form.reset();
  await reload();
}

async function opened(form) {
  const answers = [...form.querySelectorAll("[data-heading]")];
  const body = answers.length
    ? answers.map(each => `### ${each.dataset.heading}\n\n${each.value.trim() || "_No response_"}`).join("\n\n")
    : form.elements.body.value;
  const labels = JSON.parse(form.dataset.labels);
  const [number] = await act("open_issue", [form.elements.title.value, body, labels], {form: answers.length > 0});
  if (number) await go(`/${repository}/issues/${number}`);
}

// A box is ticked by the text of its line, as people name it.
async function ticked(box) {
  const id = Number(box.closest("[data-comment]").dataset.comment);
  const source = box.closest("[data-comment]").querySelector("textarea").value;
  const rank = [...box.closest(".text").querySelectorAll("input[type=checkbox]")].indexOf(box);
  const line = [...source.matchAll(/^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\](.*)$/gm)][rank]?.[1].trim() ?? "";
  await act("tick", [id, line]);
  await reload();
}

// Dragging: by mouse anywhere on a card, by finger at its handle. The dock has all stages, also those out of sight.

function dock(number) {
  picked = number;
  $("dock").hidden = number === null;
  if (number === null) return;
  for (const button of $("dock").querySelectorAll("[data-column]")) button.disabled = button.dataset.column === columnOf(number);
}

const targetAt = event => document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-column]");

function over(target) {
  for (const each of document.querySelectorAll(".over")) each.classList.remove("over");
  target?.classList.add("over");
}

addEventListener("pointerdown", event => {
  const card = event.target.closest(".card"), handle = event.target.closest(".handle");
  if (!card?.querySelector(".handle") || event.button || event.target.closest(".answer") || (event.pointerType !== "mouse" && !handle)) return;
  drag = {card, x: event.clientX, y: event.clientY, moved: false};
});

addEventListener("pointermove", event => {
  if (!drag) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(x, y) < 6) return;
  if (!drag.moved) {
    drag.moved = true;
    drag.card.classList.add("dragged");
    if (event.pointerType !== "mouse") dock(Number(drag.card.dataset.number));
  }
  drag.card.style.transform = `translate(${x}px, ${y}px)`;
  over(targetAt(event));
});

function released() {
  if (!drag) return;
  drag.card.classList.remove("dragged");
  drag.card.style.transform = "";
  over(null);
  if (drag.moved) dock(null);
  drag = null;
}

addEventListener("pointerup", event => {
  if (!drag?.moved) { drag = null; return; }
  const number = Number(drag.card.dataset.number), to = targetAt(event)?.dataset.column;
  released();
  addEventListener("click", stop, {capture: true, once: true});
  setTimeout(() => removeEventListener("click", stop, {capture: true}), 50);
  if (to) busy(() => move(number, columnOf(number), to));
});
addEventListener("pointercancel", released);
addEventListener("dragstart", event => event.preventDefault());
const stop = event => { event.preventDefault(); event.stopPropagation(); };

// Keys and clicks

addEventListener("keydown", event => {
  if (event.key === "Escape" && drag) released();
  else if (event.key === "Escape" && picked !== null) leaveDock();
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  if (!step || !event.target.closest("#dock")) return;
  const buttons = [...$("dock").querySelectorAll("button:not(:disabled)")];
  buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length].focus();
  event.preventDefault();
});

function leaveDock() {
  const number = picked;
  dock(null);
  $(`card-${number}`)?.querySelector(".handle").focus();
}

addEventListener("click", event => busy(() => clicked(event)));

async function clicked(event) {
  const near = selector => event.target.closest(selector);
  const link = near("a[href]"), button = near("button");
  if (link && !link.target && link.origin === location.origin && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (link.hash && link.pathname === location.pathname) $(link.hash.slice(1))?.scrollIntoView();
    else await go(link.href);
  } else if (button?.matches(".handle")) {
    dock(Number(near(".card").dataset.number));
    $("dock").querySelector("button:not(:disabled)").focus();
  } else if (button && near("#dock")) {
    const number = picked;
    leaveDock();
    if (button.dataset.column) await move(number, columnOf(number), button.dataset.column);
  } else if (button?.dataset.morning !== undefined) {
    await perform("/morning", {repo: repository, monday: button.dataset.morning === "monday"});
    await reload();
  } else if (button?.dataset.post) {
    await perform(button.dataset.post, {});
    await reload();
  } else if (button?.dataset.act) {
    await act(button.dataset.act, JSON.parse(button.dataset.args));
    await reload();
  }
}

addEventListener("submit", event => {
  const form = event.target;
  const answer = form.dataset.command ? changed : form.dataset.new !== undefined ? opened : form.dataset.act ? submitted : filter;
  event.preventDefault();
  busy(() => answer(form));
});

const filter = form => go(`${location.pathname}?${new URLSearchParams(new FormData(form))}`);

addEventListener("input", event => {
  const form = event.target.closest(".filter");
  if (!form) return;
  clearTimeout(filter.timer);
  filter.timer = setTimeout(() => busy(() => filter(form)), 200);
});

addEventListener("change", event => busy(() => chosen(event.target)));

async function chosen(control) {
  if (control.id === "who") sessionStorage.who = control.value;
  else if (control.id === "repository") location.href = `/${control.value}/issues`;
  else if (control.dataset.move) await move(Number(control.dataset.move), control.dataset.from, control.value);
  else if (control.dataset.assign) { await act("assign", [Number(control.dataset.assign), control.value]); await reload(); }
  else if (control.matches("[data-boxes] input[type=checkbox]")) await ticked(control);
}

// Boxes come disabled, since only those of comments can be ticked here. What scrolls can be reached by keyboard.
function prepare() {
  for (const wide of document.querySelectorAll(".text pre, .text table")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  for (const box of document.querySelectorAll("[data-boxes] input[type=checkbox]")) {
    box.disabled = box.checked;
    box.setAttribute("aria-label", box.closest("li")?.textContent.trim().split("\n")[0] ?? "box");
  }
}

async function look() {
  if (acting || drag || picked !== null || document.hidden) return;
  const found = await (await fetch("/_sandbox/version")).json();
  if (found.version !== version && !acting && !drag && picked === null) await reload();
}

if (sessionStorage.who && [...$("who").options].some(each => each.value === sessionStorage.who)) $("who").value = sessionStorage.who;
addEventListener("popstate", () => busy(reload));
setInterval(() => look().catch(() => {}), 1500);
prepare();

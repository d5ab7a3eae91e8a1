// The next runs of the schedule that a form says, while it is being changed. Nothing is saved by it.

import { ask, show } from "./api.js";
import { controls, text } from "./document.js";
import { isFilled } from "./fields.js";
import { duration, local, spoken } from "./times.js";

const PAUSE = 400; // milliseconds after the last key
const CLOCKS = { gap: "clocks go forward", overlap: "clocks go back", changes: "clocks have changed" };
const pane = document.getElementById("preview");
const unclear = document.getElementById("unclear");
let timer;
let turn = 0;

export function previewSoon(form) {
  clearTimeout(timer);
  timer = setTimeout(() => preview(form), PAUSE);
}

async function preview(form) {
  const mine = ++turn;
  if (controls(form).some((one) => one.required && one.dataset.name.startsWith("trigger") && !isFilled(one))) return wait();
  pane.setAttribute("aria-busy", "true");
  const name = form.dataset.name; // of a new one the name says nothing about when
  try {
    const found = await ask("POST", form.dataset.preview, text(form, { name }));
    if (mine === turn) draw(found);
  } catch (error) {
    if (mine === turn) show(error, unclear);
  }
  if (mine === turn) pane.setAttribute("aria-busy", "false");
}

function wait() {
  for (const id of ["describe", "warnings", "runs", "about"]) document.getElementById(id).replaceChildren();
  unclear.textContent = "Say when it is to run, and its next runs appear here.";
  unclear.hidden = false;
  pane.setAttribute("aria-busy", "false");
}

function draw({ describe, zone, runs, ends, notes, warnings, load }) {
  unclear.hidden = true;
  document.getElementById("describe").textContent = describe.replace(/^every (\d+) s/, (_, seconds) => `every ${spoken(seconds)}`);
  document.getElementById("warnings").replaceChildren(...warnings.map((one) => part("p", one, "note warn")));
  const last = ends ? [part("li", runs.length ? "and never again" : "never", "muted")] : [];
  document.getElementById("runs").replaceChildren(...runs.map((one) => run(one, zone)), ...last);
  const about = [`Times are of ${zone === "UTC" ? "your zone" : zone}, and in UTC.`, ...notes, ...busy(load)];
  document.getElementById("about").replaceChildren(...about.map((one) => part("p", one, "help")));
}

function run({ at, dst, note, skipped }, zone) {
  const line = part("li", "", skipped ? "vetoed" : "");
  line.append(part(skipped ? "del" : "span", local(at, zone === "UTC" ? undefined : zone), "at"), " ", part("span", utc(at), "muted"));
  if (dst) line.append(" ", part("span", CLOCKS[dst], "tag"));
  for (const words of [skipped, note]) if (words) line.append(" ", part("span", words, "why"));
  return line;
}

function utc(at) {
  return at.replace("T", " ").replace(/(:00)?Z$/, " UTC");
}

// What the queue has to expect, where anything is known of it.
function busy(load) {
  if (!load) return [];
  const workers = load.workers === 1 ? "one worker" : `${load.workers || "no"} workers`;
  const used = load.utilisation < 0.01 ? "less than 1" : Math.round(100 * load.utilisation);
  const most = load.busiest?.wait_seconds >= 1 ? ` At ${utc(load.busiest.at)} a task waits ${duration(load.busiest.wait_seconds)}.` : "";
  return [`Over the next 24 hours, the schedules of queue ${load.queue} take ${used} % of the time of ${workers}.${most}`];
}

function part(name, words, className = "") {
  const made = document.createElement(name);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

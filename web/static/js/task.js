// A task's page while the task runs: server-sent events, or polling where they cannot be had.

import { ask, show } from "./api.js";
import { refresh } from "./frame.js";
import { duration } from "./times.js";

const POLL = 2000;
const REASONS = 4000;
const TRIES = 4; // failed connections in a row before polling takes over
const page = document.getElementById("task");
const admin = page.dataset.admin === "yes";
const address = `/api/tasks/${page.dataset.task}`;
const log = document.getElementById("log");
const seen = new Set([...(log?.children ?? [])].map((line) => line.dataset.position));
const problem = document.getElementById("problem");
let status = document.getElementById("status").textContent.trim();
let told = -1;
let over = page.dataset.ready === "yes";

page.addEventListener("click", (event) => event.target.dataset.act && act(event.target));
scrollLog(true);
if (!over) follow();
if (admin) setInterval(askWhy, REASONS);

function follow() {
  if (!window.EventSource) return poll();
  let failures = 0;
  const source = new EventSource(`${address}/events`);
  source.addEventListener("task", (event) => { failures = 0; draw(JSON.parse(event.data)); if (over) source.close(); });
  source.addEventListener("log", (event) => { failures = 0; addLine(JSON.parse(event.data)); });
  source.addEventListener("gone", () => { source.close(); gone(); });
  source.onerror = () => {
    failures += 1;
    // CLOSED: the answer was no stream (503, too many of them); else the browser tries again by itself.
    if (source.readyState === EventSource.CLOSED || failures >= TRIES) { source.close(); poll(); }
  };
}

async function poll() {
  try {
    draw(await ask("GET", address));
    if (admin) await pollLog();
    problem.hidden = true;
  } catch (error) {
    if (error.status === 404) return gone();
    show(error, problem);
  }
  if (!over) setTimeout(poll, POLL);
}

async function pollLog() {
  const last = log.lastElementChild?.dataset.position;
  const found = await ask("GET", `${address}/logs${last ? `?after=${last}` : ""}`);
  found.lines.forEach(addLine);
}

function draw(task) {
  const badge = document.createElement("span");
  badge.className = `badge ${task.status.toLowerCase()}`;
  badge.textContent = task.status;
  document.getElementById("status").replaceChildren(badge);
  document.getElementById("message").textContent = task.message;
  document.getElementById("live").className = `live ${task.status.toLowerCase()}`;
  drawProgress(task);
  announce(task);
  const changed = status !== task.status;
  status = task.status;
  if (task.ready) end();
  else if (changed) { refresh("facts", "acts"); askWhy(); }
}

function drawProgress({ job, status, progress }) {
  const percent = progress?.percent ?? null;
  const bar = document.getElementById("bar");
  if (percent) bar.value = percent;
  else if (status === "PENDING" || status === "RETRY") bar.value = 0;
  else bar.removeAttribute("value"); // it runs and there is nothing to measure yet: the bar shows just that
  const number = (value) => value.toLocaleString("en", { maximumFractionDigits: 1 });
  document.getElementById("percent").textContent = percent === null ? "" : `${percent} %`;
  document.getElementById("counted").textContent = progress ? number(progress.current) + (progress.total ? ` of ${number(progress.total)}` : "") : "";
  drawFigures(progress?.figures ?? {});
  document.getElementById("eta").textContent = progress?.eta_seconds != null ? `${duration(progress.eta_seconds)} left` : "";
  document.title = `${percent === null ? "" : `${Math.round(percent)} % `}${job} ${status} · Longshore`;
}

// The job's own figures, as it reports them.
function drawFigures(figures) {
  document.getElementById("own").replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const [row, term, said] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    term.textContent = name.replaceAll("_", " ");
    said.textContent = value ?? "–";
    row.append(term, said);
    return row;
  }));
}

// Said aloud at each change and each tenth, not at each of ten reports a second.
function announce({ status: now, progress, message }) {
  const tenth = Math.floor((progress?.percent ?? 0) / 10);
  if (now === status && tenth === told) return;
  told = tenth;
  document.getElementById("spoken").textContent = `${now}, ${progress?.percent != null ? `${Math.round(progress.percent)} percent, ` : ""}${message}`;
}

async function end() {
  if (over) return;
  over = true;
  document.title = `${page.dataset.job} ${status} · Longshore`;
  if (admin) await pollLog().catch(() => {}); // the last lines may come after the last event
  if (await refresh("outcome", "facts", "acts")) document.getElementById("live").hidden = true;
  else if (document.hidden) document.addEventListener("visibilitychange", () => location.reload(), { once: true });
  else location.reload(); // somebody's focus was there, or the fetch failed
  document.getElementById("why")?.setAttribute("hidden", "");
}

function gone() {
  over = true;
  problem.textContent = "The task is gone: its result was kept for as long as its job declares, and has expired.";
  problem.hidden = false;
  document.getElementById("live").hidden = true;
}

function addLine({ position, at, level, text }) {
  if (seen.has(position)) return;
  seen.add(position);
  const line = document.createElement("li");
  line.dataset.position = position;
  line.className = level.toLowerCase();
  line.append(part("time", at.slice(11, 19)), " ", part("b", level), " ", part("span", text));
  const follows = atEnd();
  log.append(line);
  document.getElementById("silent").hidden = true;
  scrollLog(follows);
}

function part(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function atEnd() {
  const box = log.parentElement;
  return box.scrollHeight - box.scrollTop - box.clientHeight < 40;
}

function scrollLog(wanted) {
  if (log && wanted) log.parentElement.scrollTop = log.parentElement.scrollHeight;
}

async function askWhy() {
  const box = document.getElementById("why");
  const waits = status === "PENDING" || status === "RETRY";
  box?.toggleAttribute("hidden", !waits || over);
  if (!admin || !waits || over || document.hidden) return;
  try {
    const found = await ask("GET", `${address}/why`);
    document.getElementById("reasons").replaceChildren(...found.reasons.map((reason) => part("li", reason)));
  } catch { /* what was said before stays; following the task reports what is wrong */ }
}

async function act(button) {
  button.disabled = true;
  problem.hidden = true;
  try {
    await ask("POST", `${address}/${button.dataset.act}`);
    if (button.dataset.act === "retry" || status === "PENDING") location.reload();
  } catch (error) {
    show(error, problem);
    button.disabled = false;
  }
}

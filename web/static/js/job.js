// The form of a job: reads what was filled in, keeps the curl command up with it, sends it.

import { ask, show } from "./api.js";
import { check, clear, fill, isFilled, say, written } from "./fields.js";

const form = document.getElementById("run");
const problem = document.getElementById("problem");
const fields = [...form.querySelectorAll("[data-kind]")];
const later = { delay: document.getElementById("later-delay"), run_at: document.getElementById("later-run_at") };
// No control but these has a name: one called `elements` would hide what a form has by that name.
const when = [...form.querySelectorAll("[type=radio]")];
let key = newKey();
let keyMayBeUsed = false; // whether a task may have been made with it

form.addEventListener("input", (event) => {
  for (const [name, input] of Object.entries(later)) if (event.target === input) choose(name);
  renewKey(); // other values are another task
  clear(event.target);
  writeCurl();
});
form.addEventListener("reset", () => setTimeout(() => { fields.forEach(clear); problem.hidden = true; writeCurl(); }));
form.addEventListener("click", (event) => event.target.dataset.fill && fill(event.target.dataset.fill));
form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
window.addEventListener("pageshow", () => { renewKey(); writeCurl(); }); // back from the task page

async function submit() {
  const faults = check(fields);
  if (faults.length) return faults[0].focus();
  const button = form.querySelector("button.primary");
  button.disabled = true;
  problem.hidden = true;
  try {
    const answer = await send();
    if (answer.task_id) location.assign(`/tasks/${answer.task_id}`);
    else answeredHere(answer);
  } catch (error) {
    explain(error);
  } finally {
    button.disabled = false;
  }
}

// A key is a promise that only Redis can keep: without it, or without a worker, a job that may run in the web
// process does so only for a request without one. Nothing can run twice if this key was never sent before.
async function send() {
  const fresh = !keyMayBeUsed;
  try {
    keyMayBeUsed = true;
    return await ask("POST", address(), body(), { "Idempotency-Key": key });
  } catch (error) {
    if (fresh && error.status >= 400 && error.status < 500) keyMayBeUsed = false; // it was refused
    if (error.without !== "Idempotency-Key" || !fresh) throw error;
    keyMayBeUsed = false;
    return ask("POST", address(), body());
  }
}

// The parameters as JSON text.
function body() {
  const parts = fields.filter(isFilled).map((field) => `${JSON.stringify(field.dataset.name)}: ${written(field)}`);
  return `{${parts.join(", ")}}`;
}

function address() {
  const chosen = when.find((one) => one.checked).value;
  const query = new URLSearchParams();
  if (chosen === "delay" && later.delay.value) query.set("delay", later.delay.value.trim());
  if (chosen === "run_at" && later.run_at.value) query.set("run_at", new Date(later.run_at.value).toISOString());
  const text = query.toString();
  return `/api/jobs/${form.dataset.job}${text ? `?${text}` : ""}`;
}

// A fault at `league.teams.3.name` belongs to the field `league`; what has no field stands above.
function explain(error) {
  const rest = [];
  const said = new Map();
  for (const one of error.errors || []) {
    const [top, ...inside] = one.field.split(".");
    const field = fields.find((each) => each.dataset.name === top) || later[top];
    const text = inside.length ? `${inside.join(".")}: ${one.message}` : one.message;
    if (field) said.set(field, [...(said.get(field) || []), text]);
    else rest.push(`${one.field}: ${one.message}`);
  }
  for (const [field, texts] of said) say(field, texts.join("\n"));
  said.keys().next().value?.focus();
  if (said.size && !rest.length) return;
  if (rest.length) error.message = rest.join("; ");
  show(error, problem);
  problem.scrollIntoView({ block: "nearest" });
}

// No worker or no Redis is there, and the job may run without: the answer is the result itself.
function answeredHere(answer) {
  const place = document.getElementById("answer");
  place.querySelector("pre").textContent = JSON.stringify(answer, null, 2);
  place.hidden = false;
}

function choose(name) {
  for (const one of when) one.checked = one.value === name;
}

function writeCurl() {
  const lines = ["curl -X POST", quoted(location.origin + address()), "-H 'Content-Type: application/json'"];
  if (form.dataset.access === "admin") lines.push('-H "Authorization: Bearer $TOKEN"');
  lines.push(`-d ${quoted(body())}`);
  document.getElementById("curl").textContent = lines.join(" \\\n  ");
}

function quoted(text) {
  return /^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function renewKey() {
  key = newKey();
  keyMayBeUsed = false;
}

// The server takes a repeated key as the same task, so an impatient second click starts nothing twice.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

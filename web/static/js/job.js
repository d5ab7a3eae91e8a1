// The form of a job: reads what was filled in, keeps the curl command up with it, sends it.

import { ask, show } from "./api.js";

const form = document.getElementById("run");
const problem = document.getElementById("problem");
const fields = [...form.querySelectorAll("[data-kind]")];
const later = { delay: document.getElementById("later-delay"), run_at: document.getElementById("later-run_at") };
// No control but these has a name: one called `elements` would hide what a form has by that name.
const when = [...form.querySelectorAll("[type=radio]")];
let key = newKey();

form.addEventListener("input", (event) => {
  for (const [name, input] of Object.entries(later)) if (event.target === input) choose(name);
  key = newKey(); // other values are another task
  clear(event.target);
  writeCurl();
});
form.addEventListener("reset", () => setTimeout(() => { fields.forEach(clear); problem.hidden = true; writeCurl(); }));
form.addEventListener("click", (event) => event.target.dataset.fill && fill(event.target.dataset.fill));
form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
window.addEventListener("pageshow", () => { key = newKey(); writeCurl(); }); // back from the task page

async function submit() {
  const faults = check();
  if (faults.length) return faults[0].focus();
  const button = form.querySelector("button.primary");
  button.disabled = true;
  problem.hidden = true;
  try {
    const answer = await ask("POST", address(), body(), { "Idempotency-Key": key });
    if (answer.task_id) location.assign(`/tasks/${answer.task_id}`);
    else answeredHere(answer);
  } catch (error) {
    explain(error);
  } finally {
    button.disabled = false;
  }
}

// The parameters as JSON text. Numbers and JSON go out as they were typed: a round trip through
// JavaScript's numbers would change large ones.
function body() {
  const parts = filled().map((field) => `${JSON.stringify(field.dataset.name)}: ${written(field)}`);
  return `{${parts.join(", ")}}`;
}

function filled() {
  return fields.filter((field) => field.value.trim() !== "" || field.validity.badInput);
}

function written(field) {
  const raw = field.value.trim();
  switch (field.dataset.kind) {
    case "integer": case "number": return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(raw) ? raw : String(Number(raw));
    case "json": return isJson(raw) ? compact(raw) : raw;
    case "boolean": case "choice": return raw;
    default: return JSON.stringify(field.value);
  }
}

function compact(text) {
  return text.length < 2000 ? text.replace(/\s*\n\s*/g, " ") : text;
}

function isJson(text) {
  try { JSON.parse(text); return true; } catch { return false; }
}

function address() {
  const chosen = when.find((one) => one.checked).value;
  const query = new URLSearchParams();
  if (chosen === "delay" && later.delay.value) query.set("delay", later.delay.value.trim());
  if (chosen === "run_at" && later.run_at.value) query.set("run_at", new Date(later.run_at.value).toISOString());
  const text = query.toString();
  return `/api/jobs/${form.dataset.job}${text ? `?${text}` : ""}`;
}

// Only what the server would refuse anyway, said sooner and at the field.
function check() {
  return fields.filter((field) => {
    const fault = faultOf(field);
    if (fault) say(field, fault);
    return fault;
  });
}

function faultOf(field) {
  if (field.required && !field.value.trim() && !field.validity.badInput) return "This is required.";
  if (field.dataset.kind === "json" && field.value.trim()) return jsonFault(field.value);
  return field.validity.valid ? "" : field.validationMessage;
}

function jsonFault(text) {
  try { JSON.parse(text); return ""; } catch (error) { return `This is not JSON yet: ${error.message}`; }
}

function say(field, text) {
  const place = document.getElementById(`fault-${field.dataset.name || field.id}`);
  place.textContent = text;
  field.setAttribute("aria-invalid", text ? "true" : "false");
}

function clear(field) {
  if (!document.getElementById(`fault-${field.dataset.name || field.id}`)) return;
  say(field, field.dataset.kind === "json" && field.value.trim() ? jsonFault(field.value) : "");
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

// Redis is away and the job may run without it: the answer is the result itself.
function answeredHere(answer) {
  const place = document.getElementById("answer");
  place.querySelector("pre").textContent = JSON.stringify(answer, null, 2);
  place.hidden = false;
}

function fill(name) {
  const field = fields.find((one) => one.dataset.name === name);
  field.value = document.getElementById(`example-${name}`).textContent;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
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

// The server takes a repeated key as the same task, so an impatient second click starts nothing twice.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

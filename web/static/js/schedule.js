// The form of a schedule: one way to say when, a preview beside it, and saving what the visitor has seen.

import { ask, show, tell } from "./api.js";
import { controls, isTouched, kind, remember, text } from "./document.js";
import { explain, reveal } from "./faults.js";
import { check, clear, fill } from "./fields.js";
import * as instants from "./instants.js";
import { giveBack, keep } from "./kept.js";
import { previewSoon } from "./preview.js";
import { ago } from "./times.js";

const form = document.getElementById("schedule");
const trouble = document.getElementById("trouble");
const SAVED = "#saved";

form.addEventListener("input", (event) => { clear(event.target); trouble.hidden = true; follow(); });
form.addEventListener("reset", () => setTimeout(() => { controls(form).forEach(clear); trouble.hidden = true; follow(); }));
form.addEventListener("click", (event) => event.target.dataset.fill && fill(event.target.dataset.fill));
form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
// A button of this page has made a new version of the one that the form shows: it may still be saved.
document.addEventListener("acted", ({ detail }) => {
  if (detail.etag && detail.seen === form.dataset.etag) form.dataset.etag = detail.etag;
});
begin();

function begin() {
  for (const zone of Intl.supportedValuesOf?.("timeZone") ?? []) {
    document.getElementById("zones").append(new Option(zone, zone));
  }
  form.querySelectorAll("[data-instant]").forEach(instants.show);
  remember(form);
  if (giveBack(form)) greet("What you typed is back in the form. All else is as it is now.");
  if (location.hash === SAVED) {
    greet("Saved. The clock takes it up within seconds.");
    history.replaceState(null, "", location.pathname + location.search);
  }
  follow();
}

function greet(words) {
  const said = document.getElementById("said");
  if (!said) return;
  said.textContent = words;
  said.hidden = false;
}

function follow() {
  for (const panel of form.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== kind(form);
  previewSoon(form);
}

async function save() {
  const faults = check(controls(form));
  if (faults.length) return reveal(faults[0]);
  if (form.dataset.etag && !form.dataset.lost && !isTouched(form)) return tellTrouble("Nothing is changed yet.");
  const button = form.querySelector("button.primary");
  const { save: address, etag, name } = form.dataset;
  button.disabled = true;
  trouble.hidden = true;
  try {
    const { said } = await tell(etag ? "PUT" : "POST", address, text(form), etag ? { "If-Match": etag } : {});
    leave(`${form.dataset.page}/${encodeURIComponent(said.name)}`, !name);
  } catch (error) {
    if (error.status === 412) await stale(error);
    else if (explain(error, controls(form))) show(error, trouble);
  } finally {
    button.disabled = false;
  }
}

function tellTrouble(words) {
  trouble.textContent = words;
  trouble.hidden = false;
}

function leave(page, made) {
  if (made) return location.assign(page + SAVED);
  history.replaceState(null, "", location.pathname + SAVED);
  return anew(); // the same address: the hash alone would load nothing
}

function anew() {
  history.scrollRestoration = "manual"; // what is said then stands at the top
  location.reload();
}

// Somebody else was faster. Nothing is lost: what was typed here goes over what holds now, if wanted.
async function stale(error) {
  const now = await ask("GET", form.dataset.save).catch(() => null);
  error.message = now?.deleted || !now ? "Somebody else has deleted it meanwhile."
    : `${now.changed_by} has changed it ${ago(Date.parse(now.changed_at))}. Nothing was saved.`;
  show(error, trouble);
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Load it anew and keep what I typed";
  again.addEventListener("click", () => { keep(form); anew(); });
  trouble.append(" ", again);
  trouble.scrollIntoView({ block: "nearest" });
}

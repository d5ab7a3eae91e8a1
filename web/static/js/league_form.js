// The forms that make and repair schedules: send what was filled in, go to the task, say what is wrong.

import { ask, show } from "./api.js";

const BODIES = { upload, sample, repair };

for (const form of document.querySelectorAll("[data-make]")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(form); });
}

async function submit(form) {
  const place = form.querySelector(".faults");
  const button = form.querySelector("button.primary");
  place.hidden = true;
  button.disabled = true;
  try {
    const answer = await ask("POST", form.getAttribute("action"), BODIES[form.dataset.make](form));
    if (answer.notes?.length) remark(answer.notes, addressOf(answer), place);
    else location.assign(addressOf(answer));
  } catch (error) {
    tell(error, place);
  } finally {
    button.disabled = false;
  }
}

// The schedule if it is there already, else the task that makes it.
function addressOf({ schedule_id: schedule, task_id: task }) {
  return schedule ? `/league/${encodeURIComponent(schedule)}` : `/leagues/tasks/${encodeURIComponent(task)}`;
}

// What could not be taken of the files is to be read before the schedule is looked at.
function remark(notes, address, place) {
  const link = part("a", "Go on to the schedule");
  link.href = address;
  link.className = "button primary";
  const list = part("ul", "", ...notes.map(({ where, message }) => part("li", `${where}: ${message}`)));
  place.className = "faults note warn";
  present(place, part("p", "The league is taken, and its schedule is being made, but not all of it could be taken as it stands:"), list, link);
}

function present(place, ...children) {
  place.replaceChildren(...children);
  place.hidden = false;
  place.tabIndex = -1;
  place.focus();
}

// As the browser would send it, without what was left empty.
function upload(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value === "") data.delete(name);
  if (!data.has("force_regenerate")) data.set("force_regenerate", "false");
  return data;
}

function sample(form) {
  return JSON.stringify({ force_regenerate: form.elements.force_regenerate.checked });
}

function repair(form) {
  const said = (name) => form.elements[name].value || null;
  const body = { schedule_id: form.dataset.schedule, rained_off: [], lost_venues: [], withdrawn_teams: [], from_date: said("from_date"), cancel_if_needed: form.elements.cancel_if_needed.checked };
  if (said("rained_date")) body.rained_off.push({ date: said("rained_date"), venue: said("rained_venue") });
  if (said("lost_venue")) body.lost_venues.push({ venue: said("lost_venue"), from: said("lost_from"), until: said("lost_until") });
  if (said("withdrawn")) body.withdrawn_teams.push(said("withdrawn"));
  return JSON.stringify(body);
}

// Faults in files stand in a table, by file, row and column; others in a line.
function tell(error, place) {
  const line = part("p", "");
  place.className = "faults note bad";
  if (!error.errors?.length) {
    show(error, line);
    return present(place, line);
  }
  line.textContent = error.errors.length === 1 ? "This has to be mended first:" : `These ${error.errors.length} things have to be mended first:`;
  present(place, line, table(error.errors));
}

function table(faults) {
  const box = part("div", "");
  box.className = "scroll";
  const made = part("table", "");
  made.className = "stack";
  const head = part("tr", "", part("th", "Where"), part("th", "What"));
  for (const one of head.children) one.scope = "col";
  made.append(part("thead", "", head), part("tbody", "", ...faults.map(row)));
  box.append(made);
  return box;
}

function row(fault) {
  const where = part("th", whereabouts(fault));
  where.scope = "row";
  return part("tr", "", where, part("td", fault.message));
}

function whereabouts({ file, row: number, column, field }) {
  const parts = [file, number == null ? "" : `row ${number}`, column ? `column ${column}` : ""].filter(Boolean);
  return parts.join(", ") || field || "";
}

function part(name, text, ...children) {
  const made = document.createElement(name);
  made.append(...(text ? [text] : []), ...children);
  return made;
}

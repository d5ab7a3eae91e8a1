// A schedule on its way: asks every two seconds how far it is, and goes to it at the end.

import { ask, show } from "./api.js";

const POLL = 2000;
const page = document.getElementById("making");
const problem = document.getElementById("problem");
const finish = document.getElementById("finish");
let asked = false; // to stop and keep the best

finish.addEventListener("click", stop);
setTimeout(poll, POLL);

async function poll() {
  try {
    const task = await ask("GET", page.dataset.status);
    if (!asked) problem.hidden = true;
    if (task.ready) return location.reload(); // the server leads on to the schedule, or says why there is none
    draw(task);
  } catch (error) {
    show(error, problem);
    if (error.status === 404) return;
  }
  setTimeout(poll, POLL);
}

function draw({ status, message, progress }) {
  const waits = status === "PENDING" || status === "RETRY";
  const [phase, rest = ""] = message.split("…");
  const bar = document.getElementById("bar");
  if (progress?.percent) bar.value = progress.percent;
  else if (waits) bar.value = 0;
  else bar.removeAttribute("value");
  write("phase", waits ? "It waits for a worker" : phase || "It begins");
  write("rest", waits ? "" : rest.trim());
  drawFigures(progress?.figures ?? {});
  const all = progress?.figures?.games_placed; // once there is a schedule, the bar shows the time
  write("placed", all != null ? `${number(all)} games placed` : progress ? `${number(progress.current)}${progress.total ? ` of ${number(progress.total)}` : ""} games` : "");
  write("spoken", `${document.getElementById("phase").textContent}, ${document.getElementById("placed").textContent}`);
  finish.disabled = asked || status !== "PROGRESS";
}

// The solver's own: cost, bound and the like, in the order in which it gives them.
function drawFigures(figures) {
  const known = Object.entries(figures).filter(([name, value]) => value !== null && name !== "games_placed");
  const list = document.getElementById("figures");
  list.replaceChildren(...known.map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(part("dt", name.replaceAll("_", " ")), part("dd", figure(name, value)));
    return pair;
  }));
  list.hidden = !known.length;
}

function figure(name, value) {
  if (typeof value !== "number") return value;
  return name.endsWith("_share") ? `${(100 * value).toFixed(1)} %` : value.toLocaleString("en", { maximumFractionDigits: 4 });
}

function part(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

async function stop() {
  asked = finish.disabled = true;
  try {
    await ask("POST", page.dataset.finish);
    finish.textContent = "Stopping…";
  } catch (error) {
    asked = false;
    show(error, problem);
  }
}

function number(value) {
  return value.toLocaleString("en", { maximumFractionDigits: 0 });
}

function write(id, text) {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
}

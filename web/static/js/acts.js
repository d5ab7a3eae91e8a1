// Buttons that ask the API to do something; what they do stands in their data attributes:
//   act     where to send it, with method, POST unless it says otherwise
//   sure    a question that is asked first, with yes, the word on its button
//   etag    the version that the visitor sees: refused if there is another one by then
//   until   id of an input with a time that goes along
//   then    where to go afterwards; else done is said, and the parts around the button are fetched anew

import { show, tell } from "./api.js";
import { sure } from "./confirm.js";
import { refresh } from "./frame.js";

const said = document.getElementById("said");
const problem = document.getElementById("problem");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) act(button);
});

async function act(button) {
  const { act: address, method = "POST", sure: question, yes, etag, then } = button.dataset;
  if (question && !(await sure(question, yes))) return;
  button.disabled = true;
  said.hidden = problem.hidden = true;
  try {
    const answer = await tell(method, address, body(button), etag ? { "If-Match": etag } : {});
    if (then) return location.assign(then);
    done(button.dataset.done, answer.said);
    document.dispatchEvent(new CustomEvent("acted", { detail: { seen: etag, etag: answer.etag } }));
  } catch (error) {
    if (error.status === 412) error.message = "Somebody else has changed it meanwhile. Look at what holds now, and press again if you still want to.";
    show(error, problem);
  }
  button.disabled = false;
  await anew(button);
}

function body(button) {
  const until = document.getElementById(button.dataset.until)?.value;
  return until ? JSON.stringify({ until: new Date(until).toISOString().replace(".000", "") }) : undefined;
}

function done(text, { task_id: task }) {
  said.textContent = text;
  if (task) {
    const link = document.createElement("a");
    link.href = `/tasks/${encodeURIComponent(task)}`;
    link.textContent = "its task";
    said.append(" ", link);
  }
  said.hidden = false;
}

// The new part has a button in the same place: who came with the keyboard goes on from there.
async function anew(button) {
  const keyboard = button.matches(":focus-visible");
  button.blur();
  await refresh(...button.closest("[data-parts]").dataset.parts.split(" "));
  if (keyboard) document.getElementById(button.id)?.focus();
}

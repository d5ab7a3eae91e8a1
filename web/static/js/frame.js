// What every page has: times that stay true, copy and print buttons, parts that refresh themselves.

import { keepTimes, writeTimes } from "./times.js";

keepTimes();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (button?.dataset.copy) copy(button);
  else if (button) window.print();
});
for (const [seconds, ids] of parts()) {
  setInterval(() => refresh(...ids.filter((id) => !inUse(id))), Number(seconds) * 1000);
}

// The parts that refresh themselves, by how often: those that do it together come out of one answer.
function parts() {
  const found = new Map();
  for (const { id, dataset } of document.querySelectorAll("[data-refresh]")) {
    found.set(dataset.refresh, [...(found.get(dataset.refresh) || []), id]);
  }
  return found;
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  const was = button.textContent;
  button.textContent = (await toClipboard(text)) ? "Copied" : "Select it and copy by hand";
  setTimeout(() => (button.textContent = was), 2000);
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text); // only there on https and localhost
    return true;
  } catch {
    return false;
  }
}

// The server draws each part, so the page is fetched anew and the part put in place of the old one.
// Markup that is parsed so runs no script, and the templates escape whatever they are given.
export async function refresh(...ids) {
  if (document.hidden || !ids.length || ids.some(inUse)) return false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const [old, made] = [document.getElementById(id), page.getElementById(id)];
      if (old && made) old.replaceWith(document.adoptNode(made));
    }
    writeTimes();
    return true;
  } catch {
    return false; // the server is away for now: what is shown stays
  }
}

// Do not take away what somebody is selecting, has the keyboard on, or has scrolled down in.
function inUse(id) {
  const part = document.getElementById(id);
  if (!part) return true;
  const chosen = document.getSelection();
  const selecting = chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode);
  const scrolled = [...part.querySelectorAll(".scroll")].some((box) => box.scrollTop > 0);
  return selecting || scrolled || part.contains(document.activeElement);
}

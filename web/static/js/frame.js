// What every page has: times that stay true, copy and print buttons, parts that refresh themselves.

import { keepTimes } from "./times.js";

keepTimes();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (button?.dataset.copy) copy(button);
  else if (button) window.print();
});
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(() => refresh(part.id), Number(part.dataset.refresh) * 1000);
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
  if (document.hidden || ids.some(inUse)) return false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const [old, made] = [document.getElementById(id), page.getElementById(id)];
      if (old && made) old.replaceWith(document.adoptNode(made));
    }
    return true;
  } catch {
    return false; // the server is away for now: what is shown stays
  }
}

// Do not take away what somebody is selecting or has the keyboard on.
function inUse(id) {
  const part = document.getElementById(id);
  if (!part) return true;
  const chosen = document.getSelection();
  const selecting = chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode);
  return selecting || part.contains(document.activeElement);
}

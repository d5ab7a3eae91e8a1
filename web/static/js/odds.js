// The list of opportunities: filters, columns and pages change it in place, and the address with it.
// Without this they do the same by loading the page anew.

import { writeTimes } from "./times.js";

const PARTS = ["state", "list", "sports"];
const TYPING = 350; // milliseconds without a key until what was typed is looked for
const form = document.getElementById("filters");
let typing;
let asked = 0; // only the newest answer counts

form.addEventListener("submit", (event) => { event.preventDefault(); go(said()); });
form.addEventListener("change", () => go(said()));
form.addEventListener("input", (event) => {
  clearTimeout(typing);
  if (event.target.matches("[type=search], [type=number]")) typing = setTimeout(() => go(said(), true), TYPING);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-smooth]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href);
});
window.addEventListener("popstate", () => go(location.href, true, false));

// The address that the form stands for; empty choices would only make it longer.
function said() {
  clearTimeout(typing);
  const address = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) address.searchParams.set(name, value);
  return address.href;
}

async function go(address, quietly = false, fresh = true) {
  const number = ++asked;
  const focused = document.activeElement?.id;
  let page;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("list")) throw new Error("another page");
  } catch {
    if (number === asked) location.assign(address); // the browser says what is wrong
    return;
  }
  if (number !== asked) return; // another choice was made meanwhile
  if (fresh && address !== location.href) history[quietly ? "replaceState" : "pushState"](null, "", address);
  for (const id of PARTS) take(page, id);
  if (!fresh || !form.contains(document.activeElement)) choose(page); // who types there goes on typing
  writeTimes();
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  document.getElementById("spoken").textContent = document.getElementById("found").textContent;
}

function take(page, id) {
  const [old, made] = [document.getElementById(id), page.getElementById(id)];
  if (old && made) old.replaceWith(document.adoptNode(made));
}

// The form as the address says, with the choices that there are now.
function choose(page) {
  form.replaceChildren(...[...page.getElementById("filters").childNodes].map((one) => document.adoptNode(one)));
}

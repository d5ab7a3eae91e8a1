// What was typed into a form, kept in this tab while the page is loaded anew.

import { touched } from "./document.js";

const key = `kept:${location.pathname}`;

export function keep(form) {
  const typed = [...form.querySelectorAll("[data-name]")].filter((one) => touched(one) && one.type !== "password");
  const values = Object.fromEntries(typed.map((one) => [one.dataset.name, one.value]));
  const kind = form.querySelector("[type=radio]:checked").value;
  sessionStorage.setItem(key, JSON.stringify({ kind, values }));
}

// Put back what was kept; answers whether there was anything.
export function giveBack(form) {
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  sessionStorage.removeItem(key);
  if (!kept) return false;
  for (const one of form.querySelectorAll("[data-name]")) {
    if (Object.hasOwn(kept.values, one.dataset.name)) one.value = kept.values[one.dataset.name];
  }
  for (const one of form.querySelectorAll("[type=radio]")) one.checked = one.value === kept.kind;
  return true;
}

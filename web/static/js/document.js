// The schedule that a form says, as JSON text. A control is named by the path of its member. What nobody
// has touched goes back as it came, so that saving changes nothing else.

import { isFilled, written } from "./fields.js";
import * as instants from "./instants.js";

export function controls(form) {
  return [...form.querySelectorAll("[data-name]")].filter((one) => !one.closest("[data-panel][hidden]"));
}

export function kind(form) {
  return form.querySelector("[type=radio]:checked").value;
}

export function isTouched(form) {
  const radio = form.querySelector("[type=radio]:checked");
  return !radio.defaultChecked || controls(form).some(touched);
}

// Remember what the controls show, to tell later which of them were touched.
export function remember(form) {
  for (const one of form.querySelectorAll("[data-name]")) one.dataset.shown = one.value;
}

export function touched(control) {
  return control.value !== control.dataset.shown || control.validity.badInput;
}

// Members of `over` stand instead of what the controls say; those that are undefined are left out.
export function text(form, over = {}) {
  const tree = new Map();
  const fixed = { job: form.dataset.job, ...over };
  for (const [name, value] of Object.entries(fixed)) if (value !== undefined) put(tree, [name], JSON.stringify(value));
  if (kind(form) !== "phrase") put(tree, ["trigger", "kind"], JSON.stringify(kind(form)));
  for (const one of controls(form)) {
    const said = one.dataset.name in fixed ? "" : member(one);
    if (said) put(tree, one.dataset.name.split("."), said);
  }
  return json(tree);
}

function member(control) {
  if (control.dataset.was && !touched(control)) return control.dataset.was;
  if (!isFilled(control)) return "";
  return control.dataset.kind === "instant" ? JSON.stringify(instants.read(control)) : written(control);
}

function put(tree, [top, ...below], said) {
  if (!below.length) return tree.set(top, said);
  if (!tree.has(top)) tree.set(top, new Map());
  return put(tree.get(top), below, said);
}

function json(node) {
  if (!(node instanceof Map)) return node;
  return `{${[...node].map(([name, one]) => `${JSON.stringify(name)}: ${json(one)}`).join(", ")}}`;
}

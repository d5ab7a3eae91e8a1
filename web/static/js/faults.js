// What the server finds wrong, said at the control of the member that it names, with an example.

import { say } from "./fields.js";

// Answers whether something is left to be said elsewhere: then it is the error's message.
export function explain(error, controls) {
  const rest = [];
  const said = new Map();
  for (const one of error.errors) {
    const field = controlOf(one.field, controls);
    if (field) said.set(field, [...(said.get(field) || []), words(one, field.dataset.name)]);
    else rest.push(words(one, ""));
  }
  for (const [field, texts] of said) say(field, texts.join("\n"));
  if (said.size) reveal(said.keys().next().value);
  if (rest.length) error.message = rest.join("; ");
  return rest.length > 0 || said.size === 0;
}

// `params.point.x` belongs to the control `params.point`, and `trigger` to the first that has a part of it.
function controlOf(path, controls) {
  return controls.find((one) => `${path}.`.startsWith(`${one.dataset.name}.`))
    || controls.find((one) => one.dataset.name.startsWith(`${path}.`));
}

function words({ field, message, example }, name) {
  const inside = `${name}.`.startsWith(`${field}.`) ? "" : `${name ? field.slice(name.length + 1) : field}: `;
  const right = typeof example === "string" ? example : JSON.stringify(example);
  return inside + message + (right == null || message.includes(right) ? "" : `\nFor example: ${right}`);
}

export function reveal(field) {
  for (let one = field.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  field.focus();
}

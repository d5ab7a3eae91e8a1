// Controls of forms: what was filled in as JSON text, and faults at their control.

// Numbers and JSON go out as they were typed: a round trip through JavaScript's numbers would change
// large ones.
export function written(field) {
  const raw = field.value.trim();
  switch (field.dataset.kind) {
    case "integer": case "number": return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(raw) ? raw : String(Number(raw));
    case "json": return isJson(raw) ? compact(raw) : raw;
    case "boolean": case "choice": return raw;
    default: return JSON.stringify(field.value);
  }
}

export function isFilled(field) {
  return field.value.trim() !== "" || field.validity.badInput;
}

function compact(text) {
  return text.length < 2000 ? text.replace(/\s*\n\s*/g, " ") : text;
}

function isJson(text) {
  return !jsonFault(text);
}

function jsonFault(text) {
  try { JSON.parse(text); return ""; } catch (error) { return `This is not JSON yet: ${error.message}`; }
}

// Says at each control what the server would refuse anyway, only sooner; answers those at fault.
export function check(fields) {
  return fields.filter((field) => {
    const fault = faultOf(field);
    if (fault) say(field, fault);
    return fault;
  });
}

function faultOf(field) {
  if (field.required && !isFilled(field)) return "This is required.";
  if (field.dataset.kind === "json" && field.value.trim()) return jsonFault(field.value);
  return field.validity.valid ? "" : field.validationMessage;
}

export function say(field, text) {
  placeOf(field).textContent = text;
  field.setAttribute("aria-invalid", text ? "true" : "false");
}

export function clear(field) {
  if (!placeOf(field)) return;
  say(field, field.dataset.kind === "json" && field.value.trim() ? jsonFault(field.value) : "");
}

function placeOf(field) {
  return document.getElementById(`fault-${field.dataset.name || field.id}`);
}

// An example of a JSON parameter, put into its control.
export function fill(name) {
  const field = document.getElementById(`field-${name}`);
  field.value = document.getElementById(`example-${name}`).textContent;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

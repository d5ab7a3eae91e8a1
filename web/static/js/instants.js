// Inputs for an instant: the visitor's own time on the page, UTC in JSON.

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function show(input) {
  const said = input.dataset.instant;
  if (said) {
    const at = new Date(said);
    input.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  }
  input.defaultValue = input.value; // what "Undo" goes back to
  const zone = input.parentElement.querySelector("[data-zone]");
  if (zone) zone.textContent = `your time, ${ZONE}`;
}

export function read(input) {
  return new Date(input.value).toISOString().replace(".000Z", "Z");
}

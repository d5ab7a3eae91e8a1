// A question before something that cannot simply be taken back. Answers whether the visitor said yes.

export function sure(question, yes = "Yes") {
  const dialog = element("dialog", "", { className: "sure" });
  const form = element("form", "", { method: "dialog" });
  const acts = element("p", "", { className: "acts" });
  acts.append(element("button", yes, { value: "yes", className: "danger" }), element("button", "Cancel", { value: "no", autofocus: true }));
  form.append(element("p", question), acts);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => { dialog.remove(); answer(dialog.returnValue === "yes"); });
  });
}

function element(name, text, properties = {}) {
  const made = Object.assign(document.createElement(name), properties);
  if (text) made.textContent = text;
  return made;
}

// A box of the last slots says what it stands for when it is clicked or tapped: a title needs a mouse.

document.addEventListener("click", (event) => {
  const box = event.target.closest(".boxes i");
  if (!box) return;
  document.getElementById("box").textContent = box.title;
});

// j and k move between the rows of a list while the focus is inside it. Everything works without this.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1 }[event.key];
  const row = document.activeElement.closest(".rows > li");
  if (!step || !row || document.activeElement.matches("input, textarea, select")) return;
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  next?.querySelector("h2 a").focus();
});

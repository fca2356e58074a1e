/* Small help for people with JavaScript; every page works without it. */
"use strict";
(() => {
  const focusable = document.querySelector("[data-focus]");
  if (focusable) focusable.focus();

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.getElementById("q-top");
    if (box) { event.preventDefault(); box.focus(); }
  });

  // A button that was pressed says what happens and cannot be pressed twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy || event.defaultPrevented) return;
    setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy; }, 0);
  });
})();

// What the pages do beyond links and forms: the list under the search field, and small comforts. Works without.
"use strict";
(() => {
  const input = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const options = () => [...list.querySelectorAll('[role="option"]')];
  let typed = input.value;

  const chosen = () => list.querySelector('[aria-selected="true"]');

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function open(yes) {
    const show = yes && options().length > 0;
    list.hidden = !show;
    input.setAttribute("aria-expanded", String(show));
    if (!show) choose(null);
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    open(true);
    const at = all.indexOf(chosen()) + step; // -1 and the end stand for the field itself
    choose(at < -1 ? all[all.length - 1] : all[at] ?? null);
  }

  input.addEventListener("input", () => {
    typed = input.value;
    if (!typed.trim()) {
      list.replaceChildren();
      open(false);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Chinese input methods use the same keys
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(chosen() ? -1 : -2);
    else if (event.key === "Escape" && !list.hidden) open(false);
    else if (event.key === "Enter" && !list.hidden && chosen()) location.assign(chosen().href);
    else return;
    event.preventDefault();
  });
  input.addEventListener("focus", () => open(typed.trim() !== ""));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) open(false);
  });
  input.form.addEventListener("submit", (event) => {
    if (!input.value.trim()) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  // A picture that does not come leaves a quiet tile, not a broken sign.
  document.addEventListener("error", (event) => {
    if (event.target.matches?.(".picture img")) event.target.remove();
  }, true);

  // Filters: empty bounds stay out of the address, and the sheet on a phone stays open while choosing.
  // Bounds wait for Enter or the button: a new page in between would take the field away from under the fingers.
  document.addEventListener("change", (event) => {
    if (event.target.matches(".bounds input")) event.stopPropagation();
  }, true);
  let sheet = false;
  let scrolled = 0;
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id === "q" && !input.value.trim()) event.preventDefault();
    if (event.target.id !== "filters") return;
    const values = event.detail.formData;
    for (const [name, value] of [...values.entries()]) {
      if (!value || (name === "sort" && value === "relevance")) values.delete(name);
    }
    const facets = document.getElementById("facets");
    sheet = facets?.matches(":popover-open") ?? false;
    scrolled = facets?.scrollTop ?? 0;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === list) open(document.activeElement === input && input.value.trim() !== "");
    const facets = document.getElementById("facets");
    if (sheet && facets && !facets.matches(":popover-open")) {
      facets.showPopover();
      facets.scrollTop = scrolled;
    }
    sheet = false;
    if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
  });
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (event.target.id === "filters") event.target.submit(); // a full page says what is wrong
    });
  }
})();

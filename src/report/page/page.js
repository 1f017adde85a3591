"use strict";
(function () {
  const byId = (id) => document.getElementById(id);
  const filters = byId("filters");
  if (filters) {
    const all = Array.from(document.querySelectorAll(".finding"), (element) => ({ element, data: element.dataset, text: "" }));
    const groups = Array.from(document.querySelectorAll(".file, .rest"), (element) => {
      return { element, count: element.querySelector(".count"), items: [], opened: false };
    });
    const group = new Map(groups.map((one) => [one.element, one]));
    for (const item of all) group.get(item.element.closest(".file, .rest")).items.push(item);
    const severities = Array.from(filters.querySelectorAll("[data-severity]"));
    const choices = ["rule", "file", "use"].map(byId).filter(Boolean);
    const search = byId("search");
    const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
    const textOf = (item) => item.text || (item.text = item.element.textContent.toLowerCase());
    // The first search would wait for all texts.
    const prepare = (at) => {
      const end = Math.min(at + 200, all.length);
      for (; at < end; at += 1) textOf(all[at]);
      if (at < all.length) setTimeout(prepare, 0, at);
    };
    search.addEventListener("focus", () => prepare(0), { once: true });
    // Groups beyond this many findings stay folded: nobody reads them all, and the page stays fast.
    const MOST_OPENED = 500;
    const apply = () => {
      const off = new Set(severities.filter((button) => !isPressed(button)).map((button) => button.dataset.severity));
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = choices.filter((choice) => choice.value !== "").map((choice) => [choice.id, choice.value]);
      const matches = (item) =>
        !off.has(item.data.severity) &&
        chosen.every(([name, value]) => (item.data[name] || "").split("\n").includes(value)) &&
        words.every((word) => textOf(item).includes(word));
      let matching = 0;
      let opened = 0;
      for (const one of groups) {
        let here = 0;
        for (const item of one.items) {
          const shown = matches(item);
          if (item.element.hidden === shown) item.element.hidden = !shown;
          here += shown ? 1 : 0;
        }
        matching += here;
        if (one.element.hidden !== (here === 0)) one.element.hidden = here === 0;
        if (one.count) {
          const whole = here === one.items.length;
          one.count.textContent = whole ? one.count.dataset.all : here + " of " + one.count.dataset.all;
          const open = !whole && here > 0 && opened + here <= MOST_OPENED;
          opened += open ? here : 0;
          if (open && !one.element.open) {
            one.opened = one.element.open = true;
          } else if (!open && one.opened) {
            one.opened = one.element.open = false;
          }
        }
      }
      byId("shown").textContent = matching + " of " + all.length + " match";
    };
    for (const button of severities) {
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!isPressed(button)));
        apply();
      });
    }
    choices.forEach((choice) => choice.addEventListener("change", apply));
    search.addEventListener("input", apply);
    filters.addEventListener("submit", (event) => event.preventDefault());
    filters.addEventListener("reset", () => {
      severities.forEach((button) => button.setAttribute("aria-pressed", "true"));
      setTimeout(apply);
    });
    filters.hidden = false;
    apply();
  }
  const copied = async (text, code) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (refused) {
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return document.execCommand("copy");
    }
  };
  for (const button of document.querySelectorAll("[data-copy]")) {
    const code = button.parentElement.querySelector("code");
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.textContent = (await copied(code.textContent, code)) ? "Copied" : "Press Ctrl+C";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }
})();

"use strict";
(function () {
  const byId = (id) => document.getElementById(id);
  const filters = byId("filters");
  if (filters) {
    const findings = Array.from(document.querySelectorAll(".finding"));
    const groups = Array.from(document.querySelectorAll(".file, .rest"));
    const severities = Array.from(filters.querySelectorAll("[data-severity]"));
    const choices = ["rule", "file", "use"].map(byId).filter(Boolean);
    const search = byId("search");
    const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
    const apply = () => {
      const off = new Set(severities.filter((button) => !isPressed(button)).map((button) => button.dataset.severity));
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const finding of findings) {
        const data = finding.dataset;
        const text = words.length > 0 ? finding.textContent.toLowerCase() : "";
        const chosen = (choice) => choice.value === "" || (data[choice.id] || "").split("\n").includes(choice.value);
        finding.hidden = off.has(data.severity) || !choices.every(chosen) || !words.every((word) => text.includes(word));
        shown += finding.hidden ? 0 : 1;
      }
      for (const group of groups) group.hidden = !group.querySelector(".finding:not([hidden])");
      byId("shown").textContent = shown + " of " + findings.length + " shown";
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

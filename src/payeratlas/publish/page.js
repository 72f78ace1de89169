"use strict";
// Everything works without this: it adds a theme switch, Escape to put a source away, and opens
// what is folded for printing where the browser cannot.
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const remember = (name) => {
    try {
      if (name === undefined) return localStorage.getItem("theme");
      localStorage.setItem("theme", name);
    } catch {
      // storage is refused: the choice holds for this page
    }
    return null;
  };
  const label = () => {
    button.textContent = dark() ? "Light" : "Dark";
    button.setAttribute("aria-label", dark() ? "Use the light theme" : "Use the dark theme");
  };
  const chosen = remember();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remember(root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  label();

  let last = null;
  const told = ".fact[tabindex], .one";
  const factOf = (event) => (event.target instanceof Element ? event.target.closest(told) : null);
  document.addEventListener("keydown", (event) => {
    root.classList.remove("pointing");
    if (event.key === "Escape") root.classList.add("quiet");
  });
  document.addEventListener("pointermove", () => root.classList.add("pointing"));
  const speak = (event) => {
    const fact = factOf(event);
    if (fact !== last) {
      last = fact;
      root.classList.remove("quiet");
    }
  };
  document.addEventListener("pointerover", speak);
  document.addEventListener("focusin", speak);
  document.addEventListener("click", (event) => {
    const fact = factOf(event);
    if (!fact) return;
    root.classList.remove("quiet");
    fact.focus();
  });

  const folded = [];
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) {
      one.open = true;
      folded.push(one);
    }
  });
  addEventListener("afterprint", () => {
    for (const one of folded.splice(0)) one.open = false;
  });
})();

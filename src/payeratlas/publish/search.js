"use strict";
// The search of a site's front page: Pagefind's index, asked as one types. Without it, one browses.
(() => {
  const input = document.getElementById("query");
  const told = document.getElementById("told");
  const list = document.getElementById("results");
  const MOST = 20;
  let engine = null;
  let asked = 0;

  const load = async () => {
    engine ??= import("./pagefind/pagefind.js").then(async (found) => {
      await found.options({ ranking: { termFrequency: 0.2, pageLength: 0.2 } });
      await found.init();
      return found;
    });
    return engine;
  };

  const shown = (page) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const code = document.createElement("span");
    const kind = document.createElement("span");
    code.className = "name";
    code.textContent = page.meta.code;
    kind.className = "kind";
    kind.textContent = page.meta.kind;
    link.href = page.meta.page;
    link.append(code, page.meta.name ? ` ${page.meta.name}` : "", kind);
    item.append(link);
    return item;
  };

  const search = async () => {
    const words = input.value.trim();
    const turn = ++asked;
    const address = new URL(location.href);
    if (words) address.searchParams.set("q", words);
    else address.searchParams.delete("q");
    history.replaceState(null, "", address);
    if (!words) {
      list.replaceChildren();
      told.textContent = "";
      return;
    }
    let pages = [];
    let count = 0;
    try {
      const found = await (await load()).search(words);
      count = found.results.length;
      pages = await Promise.all(found.results.slice(0, MOST).map((one) => one.data()));
    } catch (error) {
      told.textContent = "The search could not be loaded; browse below.";
      console.error(error);
      return;
    }
    if (turn !== asked) return; // another letter was typed meanwhile
    const exact = words.toUpperCase();
    pages.sort((a, b) => (b.meta.code === exact) - (a.meta.code === exact));
    list.replaceChildren(...pages.map(shown));
    const more = count > pages.length ? `, the first ${pages.length} shown` : "";
    told.textContent = count ? `${count.toLocaleString("en-US")} found${more}.` : "Nothing found.";
  };

  if (location.protocol === "file:") {
    told.textContent =
      "Searching needs the site to be served: run python3 -m http.server in its folder and open " +
      "http://localhost:8000. Browsing below works from here.";
  } else {
    let waiting = 0;
    input.disabled = false;
    input.addEventListener("focus", () => load().catch(() => {}), { once: true });
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 80);
    });
    input.addEventListener("keydown", (event) => {
      const first = list.querySelector("a");
      if (event.key === "Enter" && first) location.href = first.href;
      if (event.key === "ArrowDown" && first) {
        event.preventDefault();
        first.focus();
      }
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const links = [...list.querySelectorAll("a")];
      (links[links.indexOf(document.activeElement) + step] ?? input).focus();
    });
    const query = new URL(location.href).searchParams.get("q");
    if (query) {
      input.value = query;
      search();
    }
  }
})();

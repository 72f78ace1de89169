"use strict";
// Puts the source of each figure, which a page of a site keeps in one list, inside the figure; the
// rest is as on a single page. Tables of sentences get what shows them as cards on a phone.
(() => {
  const common = []; // filled when the site is built
  const kept = document.getElementById("sources");
  if (!kept) return;
  const { phrases: own, lines, told } = JSON.parse(kept.textContent);
  const phrases = common.concat(own);
  const make = (name, words) => {
    const element = document.createElement(name);
    element.textContent = words;
    return element;
  };
  const words = lines.map((line) => line.map((phrase) => phrases[phrase]).join(" "));
  document.querySelectorAll("data, u, i, em, .one, .ones > tr").forEach((one, place) => {
    const [first, ...others] = told[place];
    const source = make("span", "");
    source.className = "src";
    source.role = "tooltip";
    source.id = `s${place + 1}`;
    if (one.matches("tr")) {
      one.classList.add("one");
      const record = others.length ? others[0].toLocaleString("en-US") : "";
      source.textContent = words[first].replace("#", record);
      one.querySelector("th").append(source);
    } else {
      one.classList.add("fact");
      if (one.matches("i, em")) one.classList.add("unknown");
      if (one.matches("i")) one.classList.add("brief");
      source.append(make("b", words[first]), ...others.map((line) => make("span", words[line])));
      one.append(source);
    }
    one.tabIndex = 0;
    one.setAttribute("aria-describedby", source.id);
  });
  for (const mark of document.querySelectorAll(".mark")) {
    const place = mark.closest("section")?.id ?? "summary";
    const links = mark.textContent.split(", ").flatMap((number) => {
      const link = make("a", number);
      link.href = `#${place}-note-${number}`;
      return [", ", link];
    });
    mark.replaceChildren(...links.slice(1));
  }
  document.querySelectorAll(".scroll:not([role])").forEach((region, place) => {
    const caption = region.querySelector("caption");
    const title = caption ?? region.closest(".fold").querySelector("summary");
    title.id ||= `title-${place + 1}`;
    region.role = "region";
    region.tabIndex = 0;
    region.setAttribute("aria-labelledby", title.id);
  });
  for (const table of document.querySelectorAll("table.wordy")) {
    const words = (head) => (head.firstChild?.data ?? "").trim();
    const heads = [...table.querySelectorAll("thead th")].map(words);
    const roles = [["thead, tbody", "rowgroup"], ["tr", "row"], ["thead th", "columnheader"]];
    for (const [which, role] of [...roles, ["tbody th", "rowheader"], ["td", "cell"]]) {
      for (const part of table.querySelectorAll(which)) part.role = role;
    }
    for (const cell of table.querySelectorAll("td")) cell.dataset.head = heads[cell.cellIndex];
    table.role = "table";
    table.classList.add("stack");
  }
  for (const head of document.querySelectorAll("tbody th")) head.scope = "row";
})();

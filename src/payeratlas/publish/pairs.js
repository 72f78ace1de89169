"use strict";
// Two codes of a site: the edits that pair them, from the files of both codes (build/site_pairs.py).
(() => {
  const form = document.getElementById("pair");
  const told = document.getElementById("told");
  const answer = document.getElementById("answer");
  const fields = [form.elements.a, form.elements.b];
  const files = new Map();

  const load = (name) => {
    if (!files.has(name)) {
      const asked = fetch(`pairs/${name}.json`).then((reply) => {
        if (!reply.ok) throw new Error(`pairs/${name}.json: ${reply.status}`);
        return reply.json();
      });
      asked.catch(() => files.delete(name));
      files.set(name, asked);
    }
    return files.get(name);
  };

  // The edit of a service type in which `paid` is paid and `denied` denied; null where none is.
  const edit = (edits, paid, denied) => {
    if (!edits) return null;
    const place = edits.codes.split(" ").indexOf(denied);
    if (place < 0) return null;
    const whole = (column) => (Array.isArray(column) ? column[place] : column);
    const signs = edits.indicators; // one character for each edit, or the one of them all
    return {
      paid,
      denied,
      indicator: signs.length > 1 ? signs[place] : signs,
      rationale: whole(edits.rationales),
      days: whole(edits.days),
      file: whole(edits.files),
      record: edits.records.slice(0, place + 1).reduce((sum, one) => sum + one, 0),
    };
  };

  const line = (tag, text, name) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.textContent = text;
    return made;
  };

  const filled = (text, names) =>
    Object.entries(names)
      .reduce((said, [name, value]) => said.replaceAll(name, value), text)
      .replaceAll("`", "");

  const shown = (index, service, found, one, other) => {
    const about = index.services[service];
    const box = document.createElement("section");
    const ruling = !found ? "none" : found.indicator === "1" ? "modifier" : "never";
    const [headline, caution] = about.words[ruling];
    const names = {
      "[one]": one, "[other]": other, "[day]": about.day, "[file]": about.release,
      "[pays]": found?.paid, "[denied]": found?.denied, "{modifier_indicator}": found?.indicator,
    };
    box.className = ruling;
    box.append(line("p", filled(headline, names), "answer"), line("p", filled(caution, names)));
    if (found) {
      const [printed, words] = index.rationales[found.rationale];
      const [first, last] = index.days[found.days];
      const [file, sha256] = index.files[found.file];
      box.append(
        line("p", `CMS's reason: ${printed}.${words ? ` ${words.replaceAll("`", "")}` : ""}`),
        line("p", `First day: ${first ?? "not in the file on hand"}. Last day: ${last ?? "none"}.`),
        line(
          "p",
          `Source: ${about.release}, ${file} (sha256 ${sha256.slice(0, 12)}), record ` +
            `${found.record.toLocaleString("en-US")}.`,
          "source",
        ),
      );
    }
    box.append(line("p", `Edits in effect on ${about.day}: ${about.title}, services ${about.covers}.`, "source"));
    return box;
  };

  const look = async () => {
    const [one, other] = fields.map((field) => field.value.trim().toUpperCase());
    answer.replaceChildren();
    const wrong = [one, other].find((code) => !/^[0-9A-Z]{4}[0-9A-Z]$/.test(code));
    if (wrong !== undefined || one === other) {
      told.textContent = one && one === other ? "Name two different codes." : "A code has five characters.";
      return;
    }
    const address = new URL(location.href);
    address.searchParams.set("a", one);
    address.searchParams.set("b", other);
    history.replaceState(null, "", address);
    try {
      const index = await load("index");
      const held = index.only?.split(" ");
      const foreign = held && [one, other].find((code) => !held.includes(code));
      if (foreign) {
        told.textContent = `This site holds only some codes, and ${foreign} is not one of them.`;
        return;
      }
      const filed = new Set(index.codes.split(" "));
      const [ofOne, ofOther] = await Promise.all(
        [one, other].map(async (code) =>
          filed.has(code) ? (await load(code.slice(0, 4)))[code] : {},
        ),
      );
      told.textContent = `${one} and ${other}`;
      answer.replaceChildren(
        ...Object.keys(index.services).map((service) =>
          shown(
            index,
            service,
            edit(ofOne[service], one, other) ?? edit(ofOther[service], other, one),
            one,
            other,
          ),
        ),
        line("p", `As a command, on any date: payeratlas pair ${one} ${other}`, "source"),
      );
    } catch (error) {
      told.textContent = "The edits could not be loaded.";
      console.error(error);
    }
  };

  if (location.protocol === "file:") {
    told.textContent =
      "Looking up needs the site to be served: run python3 -m http.server in its folder and open " +
      "http://localhost:8000.";
    return;
  }
  for (const control of form.elements) control.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  const asked = new URL(location.href).searchParams;
  fields[0].value = asked.get("a") ?? "";
  fields[1].value = asked.get("b") ?? "";
  if (fields[0].value && fields[1].value) look();
})();

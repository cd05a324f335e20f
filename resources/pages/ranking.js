"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PLACES = [1, 2, 3, 4];
  const NAMES = { seeker: "Help-seeker", supporter: "Supporter" };
  const byId = (id) => document.getElementById(id);
  let rater = "", order = [], at = 0, given = {};  // given: item -> candidate's code -> place

  // A generator fixed by its text (FNV-1a, then mulberry32): a rater sees the same order again, another one another.
  function generator(text) {
    let state = 2166136261;
    for (const letter of text) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  function shuffled(list, what) {
    const draw = generator([data.seed, rater, what].join("\u001f")), mixed = list.slice();
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = Math.floor(draw() * (last + 1));
      [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
    }
    return mixed;
  }

  const ranked = (item) => Object.keys(given[item.id] || {}).length === PLACES.length;
  const key = () => ["affirm-evad", data.study, rater].join(":");

  function keep() {  // words for the rater where it cannot
    if (data.example) return "";
    try { localStorage.setItem(key(), JSON.stringify(given)); }
    catch { return " This browser keeps nothing: save the file before you close the page."; }
    return "";
  }

  function say(text) { byId("status").textContent = text; }

  function element(name, text, more) {
    const made = Object.assign(document.createElement(name), more || {});
    made.textContent = text;
    return made;
  }

  function show() {
    const item = order[at];
    byId("heading").textContent = `Conversation ${at + 1} of ${order.length}`;
    progress();
    byId("said").replaceChildren(...item.history.map((turn) => {
      const line = element("li", " " + turn.text, { className: turn.role });
      line.prepend(element("strong", NAMES[turn.role] + ":"));
      return line;
    }));
    byId("replies").replaceChildren(...shuffled(item.candidates, item.id).map((reply, number) => field(item, reply, number)));
    say("");
    byId("back").disabled = at === 0;
    byId("heading").focus();
    byId("said").scrollTop = byId("said").scrollHeight;
  }

  function field(item, reply, number) {
    const box = document.createElement("fieldset");
    box.dataset.code = reply.code;
    box.append(element("legend", `Reply ${number + 1}`), element("p", reply.text));
    for (const place of PLACES) {
      const label = element("label", "", { className: "place" });
      const end = place === 1 ? " (most appropriate)" : place === PLACES.length ? " (least appropriate)" : "";
      const choice = Object.assign(document.createElement("input"), {
        type: "radio", name: reply.code, value: place, checked: (given[item.id] || {})[reply.code] === place,
      });
      choice.addEventListener("change", () => give(item, reply.code, place));
      label.append(choice, ` ${place}${end}`);
      box.append(label);
    }
    box.addEventListener("keydown", (event) => {
      const place = Number(event.key);
      if (!PLACES.includes(place) || event.ctrlKey || event.altKey || event.metaKey) return;
      const choice = box.querySelector(`input[value="${place}"]`);
      choice.checked = true;
      choice.focus();
      give(item, reply.code, place);
      event.preventDefault();
    });
    return box;
  }

  function give(item, code, place) {
    const own = (given[item.id] = given[item.id] || {});
    let words = "";
    for (const other of Object.keys(own)) {
      if (other === code || own[other] !== place) continue;
      delete own[other];  // a place is given once
      const box = [...byId("replies").children].find((one) => one.dataset.code === other);
      box.querySelector(`input[value="${place}"]`).checked = false;
      words = `Place ${place} is taken from ${box.querySelector("legend").textContent}. `;
    }
    own[code] = place;
    const lost = keep();
    progress();
    say(words + (ranked(item) ? "All four have a place." : `${PLACES.length - Object.keys(own).length} without a place.`) + lost);
  }

  function progress() {
    byId("progress").textContent = `${order.filter(ranked).length} of ${order.length} ranked`;
  }

  function csv() {
    const lines = order.filter(ranked).map((item) => {
      const own = given[item.id];
      const codes = Object.keys(own).sort((one, other) => own[one] - own[other]);
      return [item.id, rater, ...codes].join(",");
    });
    return ["item_id,annotator,rank1,rank2,rank3,rank4", ...lines.sort()].join("\n") + "\n";
  }

  function save() {
    const done = order.filter(ranked).length;
    const link = element("a", "", { href: URL.createObjectURL(new Blob([csv()], { type: "text/csv" })), download: `${rater}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(done === order.length ? `Saved as ${rater}.csv.` : `Saved ${done} of ${order.length}. The study needs all: come back to finish.`);
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), order.length - 1);
    show();
  }

  function begin(name) {
    rater = `evad${data.group}-${name}`;
    try { given = (!data.example && JSON.parse(localStorage.getItem(key()))) || {}; }
    catch { given = {}; }
    order = shuffled(data.items, "items");
    byId("start").hidden = true;
    byId("rank").hidden = false;
    const open = order.findIndex((item) => !ranked(item));
    go(open < 0 ? 0 : open);
  }

  byId("start").addEventListener("submit", (event) => { event.preventDefault(); begin(byId("name").value.trim()); });
  byId("rank").addEventListener("submit", (event) => {
    event.preventDefault();
    const left = PLACES.length - Object.keys(given[order[at].id] || {}).length;
    if (left) say(`${left} of the four replies have no place yet.`);
    else if (at + 1 < order.length) go(at + 1);
    else say("This is the last conversation. Save the file.");
  });
  byId("back").addEventListener("click", () => go(at - 1));
  byId("open").addEventListener("click", () => {
    const found = [...order.keys()].map((step) => (at + 1 + step) % order.length).find((one) => !ranked(order[one]));
    if (found === undefined) say("All conversations are ranked. Save the file.");
    else go(found);
  });
  byId("save").addEventListener("click", save);
  window.addEventListener("beforeunload", (event) => { if (rater && !data.example && !order.every(ranked)) event.preventDefault(); });

  if (data.example) begin("example");
  else byId("start").hidden = false;
})();

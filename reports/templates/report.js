"use strict";
// Search, filter and sort. The page is complete without this script: it only hides and reorders what is there.
(() => {
  const NOTHING = new Set(["", "–", "no price", "not priced", "not known"]);

  // the first text of a cell, without the small print under it
  function shown(cell) {
    return [...cell.childNodes].filter((n) => n.nodeName !== "SMALL").map((n) => n.textContent).join("").trim();
  }

  function key(cell, numeric) {
    const text = cell ? shown(cell) : "";
    if (NOTHING.has(text)) return null;
    return numeric ? parseFloat(text.replace(/,/g, "")) : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === "number") return a - b;
    return a.localeCompare(b, "en", { numeric: true });
  }

  // one item is a table body where each position has its own, else a row
  function items(table) {
    return table.tBodies.length > 1 || table.classList.contains("positions")
      ? { all: [...table.tBodies], home: table, cells: (body) => body.rows[0].cells }
      : { all: [...table.tBodies[0].rows], home: table.tBodies[0], cells: (row) => row.cells };
  }

  function sort(table, column, direction) {
    const head = table.tHead.rows[0].cells;
    const numeric = head[column].hasAttribute("data-n");
    const { all, home, cells } = items(table);
    const keyed = all.map((item, place) => ({ item, place, key: key(cells(item)[column], numeric) }));
    const sign = direction === "descending" ? -1 : 1;
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
      return sign * compare(a.key, b.key) || a.place - b.place;
    });
    const foot = table.tFoot;
    keyed.forEach(({ item }) => home.insertBefore(item, home === table ? foot : null));
    [...head].forEach((cell, n) => cell.setAttribute("aria-sort", n === column ? direction : "none"));
    table.dispatchEvent(new Event("sorted"));
  }

  function next(head) {
    const first = head.hasAttribute("data-n") ? "descending" : "ascending";
    const now = head.getAttribute("aria-sort");
    if (now === "none") return first;
    return now === "ascending" ? "descending" : "ascending";
  }

  document.querySelectorAll("table[data-sort]").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(table, column, next(head)));
    });
  });

  const table = document.getElementById("position-table");
  if (!table) return;
  const get = (id) => document.getElementById(id);
  const PART = 500; // rows shown at a time: a browser lays out thousands slowly
  let limit = PART;
  const search = get("search"), state = get("state"), order = get("order"), count = get("count");
  const texts = new Map([...table.tBodies].map((body) => [body, null]));

  function text(body) {
    if (texts.get(body) === null) texts.set(body, (body.id + " " + body.rows[0].textContent).toLowerCase());
    return texts.get(body);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const body of table.tBodies) {
      const fits = (!state.value || body.classList.contains(state.value)) && words.every((w) => text(body).includes(w));
      found += fits;
      body.hidden = !fits || found > limit;
    }
    const figure = (n) => n.toLocaleString("en");
    const all = `${figure(texts.size)} position${texts.size === 1 ? "" : "s"}`;
    const part = found > limit ? `, the first ${figure(limit)} shown` : "";
    count.textContent = (found === texts.size ? all : `${figure(found)} of ${all}`) + part;
    get("none").hidden = found > 0;
    get("more").hidden = found <= limit;
  }

  function again() {
    limit = PART;
    filter();
  }

  function widen(to) {
    limit = to;
    filter();
  }

  function toggle(open) {
    for (const body of texts.keys()) {
      const details = body.hidden ? null : body.querySelector("th > details");
      if (details) details.open = open;
    }
  }

  // a link to a position shows and opens it, whatever is filtered
  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !texts.has(target)) return;
    if (target.hidden) {
      search.value = state.value = "";
      filter();
      target.hidden = false;
    }
    const details = target.querySelector("th > details");
    if (details) details.open = true;
    target.scrollIntoView();
  }

  const plain = new Option("largest exposure", "");
  order.append(plain, ...[...table.tHead.rows[0].cells].map((head, n) => new Option(head.textContent.toLowerCase(), String(n))));
  order.addEventListener("change", () => {
    const column = order.value === "" ? 9 : Number(order.value);
    const head = table.tHead.rows[0].cells[column];
    sort(table, column, head.hasAttribute("data-n") ? "descending" : "ascending");
  });
  search.addEventListener("input", again);
  state.addEventListener("change", again);
  table.addEventListener("sorted", again);
  get("more").addEventListener("click", () => widen(limit + PART));
  window.addEventListener("beforeprint", () => widen(Infinity));
  window.addEventListener("afterprint", again);
  get("open").addEventListener("click", () => toggle(true));
  get("close").addEventListener("click", () => toggle(false));
  window.addEventListener("hashchange", follow);
  get("tools").hidden = false;
  filter();
  follow();
})();

"use strict";
// Keys for buttons that are there anyway, the finding at hand, drafts while typing, files dropped. Nothing here is needed.
(() => {
  const main = document.getElementById("content");
  const said = document.getElementById("said");
  const help = document.getElementById("help");
  const on = document.getElementById("keys-on");
  const store = { get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
                  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } } };
  let last = 0;

  function say(words) {
    said.textContent = words;
    clearTimeout(last);
    last = setTimeout(() => { said.textContent = ""; }, 6000);
  }

  // ------------------------------------------------------------------ the finding at hand
  const cards = () => [...document.querySelectorAll("[data-card]")];
  let current = null;
  let spot = -1;

  function pick(card, scroll = true) {
    for (const one of cards()) one.classList.toggle("current", one === card);
    current = card ? card.id : null;
    spot = -1;
    if (!card) return;
    card.focus({ preventScroll: true });
    if (scroll) card.scrollIntoView({ block: "nearest" });
    beside(card);
    show(0);
  }

  // the places of a finding next to one another, however far apart they stand
  function beside(card) {
    const side = document.getElementById("side");
    if (!side) return;
    const blocks = new Map();
    for (const id of (card.dataset.places || "").split(" ").filter(Boolean)) {
      const anchor = document.getElementById(id);
      const block = anchor?.closest("tr") || anchor?.closest(".prose");
      if (block && !blocks.has(block)) blocks.set(block, anchor.closest(".document")?.querySelector("h3")?.textContent || "");
    }
    side.hidden = blocks.size < 2;
    side.replaceChildren();
    if (side.hidden) return;
    const pair = document.createElement("div");
    pair.className = "pair";
    for (const [block, name] of [...blocks].slice(0, 4)) {
      const part = document.createElement("div");
      const title = document.createElement("h4");
      title.textContent = name;
      let copy = block.cloneNode(true);
      for (const one of copy.querySelectorAll("[id]")) one.removeAttribute("id");
      if (copy.tagName === "TR") {
        for (const cell of copy.cells) cell.removeAttribute("rowspan");
        const table = document.createElement("table");
        table.className = "copy";
        table.append(copy);
        copy = table;
      }
      part.append(title, copy);
      pair.append(part);
    }
    side.append(pair);
  }

  const here = () => (current ? document.getElementById(current) : null);

  function move(step) {
    const all = cards();
    if (!all.length) return;
    const at = all.indexOf(here());
    pick(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  function show(step) {
    const card = here();
    const places = (card?.dataset.places || "").split(" ").filter(Boolean);
    for (const one of document.querySelectorAll(".here")) one.classList.remove("here");
    if (!places.length) return;
    spot = (spot + step + places.length) % places.length;
    if (spot < 0) spot = 0;
    places.forEach((id, number) => {
      const anchor = document.getElementById(id);
      const shown = anchor?.closest("td") || anchor?.nextElementSibling || anchor;
      shown?.classList.add("here");
      if (number !== spot || !shown) return;
      const column = shown.closest(".column");
      const beside = column && column.scrollHeight > column.clientHeight && getComputedStyle(column).overflowY === "auto";
      // side by side only the column moves; one below the other the page moves when asked to, not by itself
      if (beside) column.scrollTop += shown.getBoundingClientRect().top - column.getBoundingClientRect().top - column.clientHeight / 2;
      else if (step) shown.scrollIntoView({ block: "center" });
    });
  }

  function undecided(after) {
    const all = cards();
    const from = all.findIndex((card) => card.id === after) + 1;
    return [...all.slice(from), ...all.slice(0, from)].find((card) => !card.classList.contains("done"));
  }

  // ------------------------------------------------------------------ keys
  const field = (node) => node instanceof Element && Boolean(node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));

  function named(event) {
    // with a Chinese input method open the key outside of a field is "Process": its place on the keyboard tells it
    if (event.key !== "Process" && event.keyCode !== 229) return event.key;
    const letter = /^Key([A-Z])$/.exec(event.code);
    const digit = /^Digit([0-9])$/.exec(event.code);
    if (letter) return letter[1].toLowerCase();
    if (digit) return digit[1];
    return { BracketLeft: "[", BracketRight: "]", Slash: event.shiftKey ? "?" : "/" }[event.code] || "";
  }

  function press(node) {
    if (node.matches("textarea, input, select")) { node.focus(); return; }
    if (node.tagName === "SUMMARY") {
      const details = node.parentElement;
      details.open = true;
      (details.querySelector("input:not([type=hidden]), textarea, select, button") || node).focus();
      return;
    }
    node.click();
  }

  function target(key) {
    const of = (root) => root && [...root.querySelectorAll("[data-key]")].find((node) => node.dataset.key.split(" ").includes(key) && !node.hidden);
    return of(here()) || of(document.querySelector("main")) || of(document.body);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field(event.target)) { event.target.blur(); here()?.focus({ preventScroll: true }); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field(event.target)) {
      const form = event.target.closest("form");
      const button = form?.querySelector("details[open] [data-submit]") || form?.querySelector("button:not([type=button])");
      event.preventDefault();
      form?.requestSubmit(button || undefined);
      return;
    }
    if (!on.checked || event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (field(event.target) || help.open) return;
    const key = named(event);
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "[" || key === "]") show(key === "]" ? 1 : -1);
    else if (/^[1-9]$/.test(key)) {
      const box = (here() || document).querySelector(`[data-digit="${key}"]`) || document.querySelector(`details[open] [data-digit="${key}"]`);
      if (!box) return;
      box.click();
    } else {
      if (["c", "d", "e", "q", "u"].includes(key) && !here()) { const first = undecided(null) || cards()[0]; if (!first) return; pick(first); }
      const node = key && key.length === 1 ? target(key) : null;
      if (!node) return;
      press(node);
    }
    event.preventDefault();
  });

  on.checked = store.get("keys") !== "off";
  on.addEventListener("change", () => store.set("keys", on.checked ? "on" : "off"));
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }

  // ------------------------------------------------------------------ clicks
  document.addEventListener("click", (event) => {
    const opens = event.target.closest?.("[data-opens]");
    if (opens) {
      const details = document.getElementById(opens.dataset.opens);
      details.open = true;
      details.querySelector("input")?.focus();
      return;
    }
    const card = event.target.closest?.("[data-card]");
    if (card && card.id !== current && !field(event.target)) pick(card, false);
  });

  // ------------------------------------------------------------------ answers without a new page
  // settled, not swapped: until then the new card wears the old one's classes
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const card = event.detail.target?.matches?.("[data-card]") ? document.getElementById(event.detail.target.id) : null;
    if (!card) return;
    const next = card.classList.contains("done") ? undecided(card.id) : card;
    pick(next || card);
    if (!next) say("这一份的发现都有结论了。");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    say(page.querySelector("[data-message] .lead")?.textContent || "没有保存，请刷新页面后再试。");
  });
  document.body.addEventListener("htmx:sendError", () => say("连不上服务器，没有保存。请检查网络后再试。"));

  // ------------------------------------------------------------------ drafts
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const text = form.querySelector("textarea");
    let kept = text.value;
    setInterval(() => {
      if (text.value === kept) return;
      const data = new FormData(form);
      const now = text.value;
      data.set("draft", "1");
      fetch(form.dataset.draft, { method: "POST", body: data, redirect: "manual" }).then((answer) => { if (answer.status === 204) kept = now; }, () => {});
    }, 5000);
  }

  // ------------------------------------------------------------------ files dropped
  for (const label of document.querySelectorAll(".drop")) {
    const input = label.querySelector("input[type=file]");
    label.addEventListener("dragover", (event) => { event.preventDefault(); label.classList.add("over"); });
    label.addEventListener("dragleave", () => label.classList.remove("over"));
    label.addEventListener("drop", (event) => {
      event.preventDefault();
      label.classList.remove("over");
      input.files = event.dataTransfer.files;
    });
  }

  const marked = location.hash.startsWith("#n") ? document.getElementById(location.hash.slice(1)) : null;
  if (marked?.matches("[data-card]")) pick(undecided(marked.id) || marked);
  else if (main && cards().length && !location.hash) pick(undecided(null) || cards()[0], false);
})();

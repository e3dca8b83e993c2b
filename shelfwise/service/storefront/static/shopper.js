// What a shopper does: products seen, clicks, visits and their length go to the shop (who it was, only a cookie says,
// which scripts cannot read); favourites and cart change without a new page. Works without: buttons are forms.
"use strict";
(() => {
  const SEEN = 500; // milliseconds for which half of a product must be on screen
  const HALF = 0.5;
  const BATCH = 100;
  const MOST = 1000; // events that wait, when the shop does not answer
  const AGAIN = 30 * 60 * 1000; // for which an answer that is loaded again counts as the same
  const waiting = new Map(); // id → event, until the shop has it
  const noted = new Set();
  let pause = 0;
  let timer = 0;
  let sending = false;

  // --- sending ---
  function note(id, event) {
    if (noted.has(id) || waiting.size >= MOST) return;
    noted.add(id);
    waiting.set(id, { id, at: Date.now(), ...event });
    plan(1000);
  }

  function plan(wait) {
    if (!timer) timer = setTimeout(send, Math.max(wait, pause));
  }

  function batch() {
    return [...waiting.values()].slice(0, BATCH);
  }

  function body(events) {
    const now = Date.now();
    return JSON.stringify({ events: events.map(({ at, ...event }) => ({ ...event, ago: Math.max(0, now - at) })) });
  }

  async function send() {
    timer = 0;
    const events = batch();
    if (!events.length || sending) return;
    sending = true;
    const headers = { "content-type": "application/json", accept: "application/json" };
    const answer = await fetch("/record", { method: "POST", headers, body: body(events) }).catch(() => null);
    sending = false;
    const later = !answer || answer.status === 429 || answer.status >= 500;
    if (later) {
      const told = Number(answer?.headers.get("retry-after")) * 1000 || 1000;
      pause = Math.min(60_000, Math.max(told, 2 * pause));
    } else {
      pause = 0;
      for (const event of events) waiting.delete(event.id);
    }
    if (waiting.size) plan(0);
  }

  function leave() {
    dwell();
    for (let events = batch(); events.length; events = batch()) {
      if (!navigator.sendBeacon("/record", new Blob([body(events)], { type: "application/json" }))) return;
      for (const event of events) waiting.delete(event.id);
    }
  }

  // --- what is on screen ---
  const main = () => document.getElementById("main");
  const timers = new Map();
  const watched = new Set();

  function told(element) {
    const list = element.closest("[data-placement]");
    const { placement, query = "", row = "" } = list.dataset;
    const product = element.dataset.product;
    const position = Number(element.dataset.position);
    return {
      name: [list.dataset.answer, row || placement, position].join("."),
      event: { product, placement, row, position, query_id: query },
    };
  }

  function see(element) {
    timers.delete(element);
    if (hidden() || !element.isConnected) return;
    observer.unobserve(element);
    watched.delete(element);
    const { name, event } = told(element);
    note(`${name}.seen`, { kind: "impression", ...event });
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio } of entries) {
      clearTimeout(timers.get(target));
      timers.delete(target);
      if (intersectionRatio >= HALF) timers.set(target, setTimeout(see, SEEN, target));
    }
  }, { threshold: HALF });

  // The same products in the same order, loaded again, are the same answer: nobody was shown anything new.
  let reloaded = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);

  function answer(list) {
    const key = [location.pathname + location.search, list.dataset.placement, list.dataset.row ?? ""].join("|");
    const ids = [...list.querySelectorAll("[data-product]")].map((element) => element.dataset.product).join("|");
    const answers = JSON.parse(sessionStorage.getItem("answers") ?? "{}");
    const before = answers[key];
    if (reloaded && before?.ids === ids && Date.now() - before.at < AGAIN) {
      list.dataset.answer = before.answer;
      list.dataset.query = before.query;
      return;
    }
    list.dataset.answer = list.dataset.query || main().dataset.page;
    answers[key] = { answer: list.dataset.answer, query: list.dataset.query ?? "", ids, at: Date.now() };
    const kept = Object.entries(answers).sort(([, one], [, other]) => other.at - one.at).slice(0, 30);
    sessionStorage.setItem("answers", JSON.stringify(Object.fromEntries(kept)));
  }

  function look() {
    for (const element of watched) if (!element.isConnected) watched.delete(element);
    for (const list of document.querySelectorAll("[data-placement]:not([data-answer])")) {
      answer(list);
      for (const element of list.querySelectorAll("[data-product]")) {
        watched.add(element);
        observer.observe(element);
      }
    }
  }

  // --- visits ---
  const hidden = () => document.visibilityState === "hidden";
  let since = hidden() ? 0 : Date.now(); // when the page came into sight; 0: it is out of sight
  let part = 0;

  function visit() {
    const { view, page } = main().dataset;
    if (view && !reloaded) note(`${page}.view`, { kind: "view", product: view, placement: "product" });
  }

  function dwell() {
    const { view, page } = main().dataset;
    const seconds = since ? (Date.now() - since) / 1000 : 0;
    since = 0;
    if (!view || seconds < 2) return;
    part += 1;
    const event = { kind: "dwell", product: view, placement: "product", seconds: Math.min(seconds, 3600) };
    note(`${page}.dwell.${part}`, event);
  }

  function click(event) {
    const element = event.target.closest?.("[data-placement] [data-product]");
    if (!element || !event.target.closest("a") || event.button > 1) return;
    const { name, event: fields } = told(element);
    note(`${name}.click`, { kind: "click", ...fields });
  }

  // --- favourites and cart ---
  function count(name, number) {
    const badge = document.getElementById(`${name}-count`);
    badge.textContent = number;
    badge.hidden = !number;
  }

  function say(text) {
    document.getElementById("announce").textContent = text;
    const toast = document.getElementById("toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { toast.hidden = true; }, 2500);
  }

  function liked(id, yes) {
    for (const heart of document.querySelectorAll("[data-heart]")) {
      if (heart.dataset.heart !== id) continue;
      heart.setAttribute("aria-pressed", String(yes));
      again(heart, { wanted: yes ? "0" : "1" });
    }
  }

  function again(button, changes) {
    const to = new URL(button.formAction);
    for (const [name, value] of Object.entries(changes)) to.searchParams.set(name, value);
    button.setAttribute("formaction", to.pathname + to.search);
  }

  async function press(event) {
    const button = event.target.closest?.("button[data-act]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    const options = { method: "POST", headers: { accept: "application/json" } };
    const reply = await fetch(button.formAction, options).catch(() => null);
    button.removeAttribute("aria-busy");
    if (!reply?.ok) {
      button.form.requestSubmit(button); // a full page says what is wrong
      return;
    }
    const now = await reply.json();
    if (button.dataset.act === "favourite") liked(button.dataset.heart, button.getAttribute("aria-pressed") !== "true");
    again(button, { once: now.once });
    count("favourites", now.favourites);
    count("cart", now.cart);
    say(now.said);
  }

  document.addEventListener("click", press);
  document.addEventListener("click", click, true);
  document.addEventListener("auxclick", click, true);
  document.addEventListener("htmx:afterSettle", () => {
    look();
    reloaded = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (hidden()) return leave();
    since = Date.now();
    for (const element of watched) {
      observer.unobserve(element);
      observer.observe(element); // says again what is on screen
    }
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => { if (!hidden()) since = Date.now(); });
  look();
  if (document.prerendering) document.addEventListener("prerenderingchange", visit, { once: true });
  else visit();
})();

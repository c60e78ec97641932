// Keys, the live stream, and small conveniences. Pages work without it, but for what is live.
(() => {
  "use strict";
  const body = document.body;
  const say = (text, flash, url) => {
    const live = document.getElementById(flash ? "live-now" : "live-polite");
    if (live) live.textContent = text;
    const toasts = document.getElementById("toasts");
    if (!toasts) return;
    const toast = document.createElement("div");
    toast.className = flash ? "toast flash" : "toast";
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = text;
      toast.append(link);
    } else {
      toast.textContent = text;
    }
    toasts.append(toast);
    if (!flash) setTimeout(() => toast.remove(), 9000);
  };

  // By choice of whoever sits here, kept in this browser: a sound, a notification of the desktop, for what is FLASH or
  // IMMEDIATE.
  const URGENT = ["FLASH", "IMMEDIATE"];
  const choice = (name) => {
    try { return localStorage.getItem(`verbale.${name}`) === "1"; } catch { return false; }
  };
  const choose = (name, on) => {
    try { localStorage.setItem(`verbale.${name}`, on ? "1" : "0"); } catch { /* Nothing is kept in this browser. */ }
  };
  let audio = null;
  const wakeAudio = () => {
    if (!audio && window.AudioContext) audio = new AudioContext();
    return audio ? audio.resume().catch(() => {}) : null;
  };
  const ring = async (times) => {
    await wakeAudio();
    if (!audio || audio.state !== "running") return false;
    for (let n = 0; n < times; n += 1) {
      const start = audio.currentTime + n * 0.32;
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = n % 2 ? 660 : 880;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.3, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.26);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.28);
    }
    body.dataset.rang = String(Number(body.dataset.rang || 0) + 1);
    return true;
  };
  const announce = (title, text, { url, tag, stays } = {}) => {
    if (!window.Notification || Notification.permission !== "granted") return false;
    try {
      const notice = new Notification(title, { body: text, tag, requireInteraction: Boolean(stays) });
      notice.addEventListener("click", () => {
        window.focus();
        if (url) location.href = url;
        notice.close();
      });
      return true;
    } catch {
      // Some browsers of telephones show none from a page.
      return false;
    }
  };
  const alertOf = (event) => {
    if (event.topic !== "arrived" || !event.said || !URGENT.includes(event.precedence)) return;
    try {
      // Of several windows of one browser, one makes itself heard.
      if (localStorage.getItem("verbale.told") === event.act) return;
      localStorage.setItem("verbale.told", event.act);
    } catch { /* Then each does. */ }
    const flash = event.precedence === "FLASH";
    if (choice("sound")) ring(flash ? 6 : 2);
    if (choice("notice")) announce(event.precedence, event.said, { url: event.url, tag: event.act, stays: flash });
  };
  // A browser lets no page sound before somebody has touched it.
  if (choice("sound")) for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wakeAudio, { once: true });

  const alerts = document.getElementById("alerts");
  if (alerts) {
    const told = alerts.querySelector("[role=status]");
    const tell = (name) => { told.textContent = name ? alerts.dataset[name] : ""; };
    const may = async () => {
      if (!window.Notification) return false;
      const answer = Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
      return answer === "granted";
    };
    for (const box of alerts.querySelectorAll("[data-choice]")) {
      box.checked = choice(box.dataset.choice);
      box.addEventListener("change", async () => {
        tell("");
        if (box.checked && box.dataset.choice === "notice" && !(await may())) {
          box.checked = false;
          tell("denied");
        }
        choose(box.dataset.choice, box.checked);
        if (box.checked && box.dataset.choice === "sound") wakeAudio();
      });
    }
    alerts.querySelector("[data-try]").addEventListener("click", async () => {
      const [sound, notice] = [choice("sound"), choice("notice")];
      if (!sound && !notice) return tell("none");
      const rang = !sound || (await ring(2));
      const shown = !notice || announce("FLASH", alerts.dataset.sample);
      return tell(rang && shown ? "done" : "failed");
    });
    alerts.hidden = false;
  }

  // What says of itself that it is to be told as read is told so when somebody looks at the page, and once.
  const seen = new Set();
  const tellSeen = () => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-seen]")) {
      const fresh = part.dataset.seen.split(" ").filter((id) => id && !seen.has(id));
      if (!fresh.length) continue;
      for (const id of fresh) seen.add(id);
      fetch(part.dataset.seenAt, {
        method: "POST",
        credentials: "same-origin",
        headers: JSON.parse(body.getAttribute("hx-headers") || "{}"),
        body: new URLSearchParams(fresh.map((id) => ["message", id])),
      }).then((answer) => { if (!answer.ok) throw new Error(); }).catch(() => {
        // Told again when the page is looked at again.
        for (const id of fresh) seen.delete(id);
      });
    }
  };
  document.addEventListener("visibilitychange", tellSeen);
  tellSeen();

  // Parts of the page that name what they live on are fetched anew, all at once, when that happens. A part that one is
  // typing in stays as it is.
  const typing = (part) =>
    part.contains(document.activeElement) && /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
  const replace = (part, fresh) => {
    const known = new Set([...part.querySelectorAll(".entry[id]")].map((entry) => entry.id));
    const open = new Set([...part.querySelectorAll("details[open][id]")].map((item) => item.id));
    for (const entry of fresh.querySelectorAll(".entry[id]")) if (!known.has(entry.id)) entry.classList.add("arriving");
    for (const item of fresh.querySelectorAll("details[id]")) if (open.has(item.id)) item.open = true;
    part.replaceWith(fresh);
    if (window.htmx) window.htmx.process(fresh);
  };
  const refresh = async (ids) => {
    const parts = ids.map((id) => document.getElementById(id)).filter((part) => part && !typing(part));
    if (!parts.length) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const fresh = page.getElementById(part.id);
        // Never from under somebody who types.
        const typing = part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
        if (fresh && !typing) replace(part, fresh);
      }
      tellSeen();
    } catch {
      // The link to our own node is away; the stream reconnects by itself.
    }
  };

  let pending = null;
  const touched = new Set();
  const note = (event) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const lives = part.dataset.live;
      if (lives === "all" || lives === event.matter || lives === event.about) touched.add(part.id);
    }
    // Several acts that come together make one refresh.
    clearTimeout(pending);
    pending = setTimeout(() => {
      const ids = [...touched];
      touched.clear();
      refresh(ids);
    }, 40);
  };

  if (body.dataset.stream) {
    const stream = new EventSource(body.dataset.stream);
    stream.addEventListener("open", () => { body.dataset.connected = "1"; });
    stream.addEventListener("error", () => { body.dataset.connected = "0"; });
    stream.addEventListener("message", (message) => {
      const event = JSON.parse(message.data);
      if (event.said) say(event.said, event.precedence === "FLASH", event.url);
      alertOf(event);
      note(event);
    });
    addEventListener("pagehide", () => stream.close());
  }

  // Keys: one letter acts on the page, g and a letter goes somewhere.
  let going = false;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
    (next.querySelector("a, button") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const tag = document.activeElement?.tagName || "";
    if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA|SELECT/.test(tag)) {
      if (event.key === "Escape" && document.activeElement) document.activeElement.blur();
      return;
    }
    if (going) {
      going = false;
      const target = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (target) { event.preventDefault(); target.click(); }
      return;
    }
    if (event.key === "g") going = true;
    else if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (event.key === "c") {
      const link = document.querySelector("[data-compose]");
      if (link) link.click();
      else if (body.dataset.composeAt) location.href = body.dataset.composeAt;
    }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") document.getElementById("keys")?.showModal();
  });

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard?.writeText(copy.dataset.copy);
      copy.textContent = copy.dataset.done || copy.textContent;
    }
    const menu = event.target.closest("[data-menu]");
    if (menu) {
      const rail = document.getElementById("rail");
      const open = rail.classList.toggle("open");
      menu.setAttribute("aria-expanded", String(open));
    }
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      const field = document.querySelector(fill.dataset.into);
      if (field) { field.value = fill.dataset.fill; field.focus(); }
    }
    // What stands for several fields, by their ids; without this script the server fills them in.
    const fills = event.target.closest("[data-fills]");
    if (fills) {
      event.preventDefault();
      const given = JSON.parse(fills.dataset.fills);
      for (const [id, value] of Object.entries(given)) {
        const field = document.getElementById(id);
        if (field) { field.value = value; field.focus(); }
      }
    }
    const print = event.target.closest("[data-print]");
    if (print) window.print();
  });

  // A form is sent once, however often one clicks.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && event.target.method === "post" && !event.target.hasAttribute("hx-post")) {
      setTimeout(() => { button.disabled = true; }, 0);
      setTimeout(() => { button.disabled = false; }, 8000);
    }
  });
})();

/**
 * What the pages of the console do with JavaScript: they follow the tenant, count down, copy and open a file. Idiomorph
 * (beside it in the same file) carries over what differs, and keeps focus and selection. The page works without all of it.
 *
 * - Server-sent events say only that something changed. The script then reads the same page again and takes over its parts
 *   with `data-live`, one reading at a time. While the page is hidden, the connection is closed.
 * - What a user has opened or typed stays: open `details`, and forms that were changed.
 * - Countdowns follow the tenant's clock, which each reading brings: testers move it. At their end, the page is read again,
 *   because the end of a code is no event.
 * - When the tenant does not answer, the page says so, countdowns stop, and forms are not sent.
 */
export const liveSource = `
(() => {
  const offsetOf = (body) => Number(body.dataset.now) - Date.now();
  let offset = offsetOf(document.body);
  const over = new Set();
  const address = document.body.dataset.read;
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const note = document.getElementById("lost");
  const [root] = /^\\/console(?:\\/s-[\\w-]{22}(?=\\/|$))?/.exec(location.pathname);
  let source, reading = false, again = false;

  const hideKey = () => {
    if (/^#[\\w-]{43}$/.test(location.hash)) history.replaceState(null, "", location.pathname + location.search);
  };

  const prepare = () => {
    for (const part of document.querySelectorAll("button.copy[hidden],[data-upload][hidden]")) part.hidden = false;
    tick();
  };
  const tick = () => {
    if (!note.hidden) return;
    const present = Date.now() + offset;
    let ended = false;
    for (const time of document.querySelectorAll("time[data-until]")) {
      const until = Number(time.dataset.until);
      if (until > present) over.delete(until);
      else if (!document.hidden && !over.has(until)) ended = !!over.add(until);
      const left = Math.max(0, Math.round((until - present) / 1000));
      const text = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (time.textContent !== text) time.textContent = text;
    }
    if (ended) read();
  };
  const show = (lost) => {
    note.hidden = !lost;
    note.role = lost ? "alert" : null;
  };
  const keep = {
    beforeNodeMorphed: (old) => !(old.nodeType === 1 && old.matches("form[data-changed]")),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")),
  };
  const read = async () => {
    if (!address) return;
    if (reading) return void (again = true);
    reading = true;
    again = false;
    try {
      const options = { credentials: "same-origin", redirect: "manual" };
      const [answer, text] = await fetch(address, options).then(async (got) => [got, await got.text()]).catch(() => []);
      if (answer || !document.hidden) show(!answer);
      if (answer?.type === "opaqueredirect" || answer?.status === 403) return location.reload();
      if (!answer?.ok) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      offset = offsetOf(page.body);
      for (const part of parts()) {
        const next = page.getElementById(part.id);
        if (next) Idiomorph.morph(part, next, { morphStyle: "outerHTML", ignoreActiveValue: true, callbacks: keep });
      }
      prepare();
    } finally {
      reading = false;
      if (again) read();
    }
  };
  const connect = () => {
    if (source || document.hidden || !address || parts().length === 0) return;
    source = new EventSource(root + "/events");
    source.addEventListener("change", read);
    source.addEventListener("error", () => {
      if (!source) return;
      read();
      if (source.readyState !== EventSource.CLOSED) return;
      source = undefined;
      setTimeout(connect, 5000);
    });
  };
  const disconnect = () => {
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("submit", (event) => {
    if (note.hidden) return;
    event.preventDefault();
    note.focus();
    read();
  });
  document.addEventListener("input", ({ target }) => target.form?.setAttribute("data-changed", ""));
  document.addEventListener("change", async ({ target }) => {
    const into = target.closest?.("[data-upload]")?.dataset.upload;
    const file = target.files?.[0];
    if (into && file) document.getElementById(into).value = await file.text();
  });
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("said").textContent = button.dataset.copied;
    const before = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = before), 1500);
  });
  // Leads from the addresses below /console to the folder of this start. Another port of this computer cannot read it.
  try {
    if (root !== "/console") localStorage.setItem("doorcode_console", root);
  } catch {
  }
  addEventListener("hashchange", hideKey);
  hideKey();
  prepare();
  setInterval(tick, 1000);
  connect();
})();
`.replace(/\n\s*/g, "\n");

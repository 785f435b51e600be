/**
 * What the pages of the console do with JavaScript: they follow the tenant, count down, copy and open a file. Idiomorph (beside it in
 * the same file) carries over what differs, and keeps focus and selection. The page works without all of it.
 *
 * - Server-sent events say only that something changed. The script then reads the same page again and takes over its parts
 *   with `data-live`, one reading at a time. While the page is hidden, the connection is closed.
 * - What a user has opened or typed stays: open `details`, and forms that were changed.
 */
export const liveSource = `
(() => {
  const offset = Number(document.body.dataset.now) - Date.now();
  const address = document.body.dataset.read;
  const parts = () => [...document.querySelectorAll("[data-live]")];
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
    for (const time of document.querySelectorAll("time[data-until]")) {
      const left = Math.max(0, Math.round((Number(time.dataset.until) - Date.now() - offset) / 1000));
      const text = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (time.textContent !== text) time.textContent = text;
    }
  };
  const keep = {
    beforeNodeMorphed: (old) => !(old.nodeType === 1 && old.matches("form[data-changed]")),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")),
  };
  const read = async () => {
    if (reading) return void (again = true);
    reading = true;
    again = false;
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) return location.reload();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const next = page.getElementById(part.id);
        if (next) Idiomorph.morph(part, next, { morphStyle: "outerHTML", ignoreActiveValue: true, callbacks: keep });
      }
      prepare();
    } catch {
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
      if (source?.readyState !== EventSource.CLOSED) return;
      source = undefined;
      setTimeout(() => { read(); connect(); }, 5000);
    });
  };
  const disconnect = () => {
    source?.close();
    source = undefined;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && connect());
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

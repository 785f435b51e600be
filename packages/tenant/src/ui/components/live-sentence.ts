import { attrs, type Html, html } from "../html.ts";

/**
 * A sentence that the script replaces with `then` once the same page, fetched again, no longer waits. Without JavaScript it
 * is a plain sentence, and a reload shows the newer one. Screen readers announce the change.
 *
 * @param then null: it is the last sentence
 */
export function liveLede(sentence: string, then: string | null): Html {
  const state = then === null ? "over" : "waiting";
  return html`<p${attrs({ class: "lede", role: "status", "data-live": state, "data-then": then })}>${sentence}</p>`;
}

/** How long the page asks, in milliseconds. A device that does not fetch its tokens by then was switched off. */
const PATIENCE_MS = 15 * 60_000;
/** The pause before the first request, and before the last ones: most devices continue within seconds. */
const PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 10_000;

/** On the page that tells that the wait was in vain: the one that waited loads it. */
export const waitedInVain = { "data-live": "late" } as const;

/**
 * Fetches this page again, ever less often, while it is visible, until it no longer waits or leads elsewhere. It reads the answer as text:
 * parsed, its style would have another nonce than this page, and the browser would report it. It must not contain `</`. The
 * content security policy of the page allows requests to this origin only (`interaction/page-answer.ts`).
 */
const source = `
(() => {
  const shown = document.querySelector("[data-live=waiting]");
  if (!shown) return;
  const until = Date.now() + ${PATIENCE_MS};
  const is = (page, state) => page.includes('data-live="' + state + '"');
  let pause = ${PAUSE_MS};
  const later = () => {
    setTimeout(look, pause);
    pause = Math.min(pause * 1.25, ${LONGEST_PAUSE_MS});
  };
  const look = async () => {
    if (Date.now() > until) return;
    if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect") return;
      const page = await answer.text();
      if (is(page, "over")) {
        shown.dataset.live = "over";
        shown.textContent = shown.dataset.then;
        return;
      }
      if (is(page, "late")) return location.reload();
      if (answer.ok && !is(page, "waiting")) return;
      if (!answer.ok && answer.status < 500 && answer.status !== 429) return;
    } catch {}
    later();
  };
  later();
})();
`;

/** Without line breaks. */
export const liveScript = source.replace(/\n\s*/g, "\n").trim();

import { type AuditEvent, eventOf, isRecorded } from "../../storage/audit-events.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** An audit record with the names of what it is about, as they are now. */
export interface ShownRecord {
  /** Milliseconds since the epoch. */
  at: number;
  event: string;
  actor: "user" | "client" | "operator" | "tenant";
  /** The user whom the record is about. `email` is null if the user was deleted. */
  user: { id: string; email: string | null } | null;
  /** The app. `name` is null if it was deleted. */
  app: { id: string; name: string | null } | null;
  /** The administrator who changed something through Graph or in the console. */
  caller: { id: string; email: string | null } | null;
  grantId: string | null;
  ip: string | null;
  detail: Record<string, string | number | boolean>;
}

/** How an event is meant: it went on, something changed, or something was refused. */
export type EventTone = "good" | "plain" | "bad";

const GOOD = /\.(approved|redeemed|signed_in|signed_up|second_factor_passed|issued)$/;
const BAD = /\.(denied|refused|reused|used_twice|counter_went_back|sign_in_failed|second_factor_failed|disowned)$/;

export const toneOf = (event: string): EventTone => (GOOD.test(event) ? "good" : BAD.test(event) ? "bad" : "plain");

/** The record as one sentence, without its time and address. */
export function sentenceOf(record: ShownRecord, { auditSentences, auditWords }: Messages): Html {
  const { user, app, caller, actor, detail } = record;
  const event = eventOf(record.event);
  // Written by a newer version, on another node.
  if (!isRecorded(record.event)) return html`${event.replaceAll(/[._]/g, " ")}`;
  const { method, why, name } = detail;
  // A device is declined for no particular user.
  const declines = actor === "operator" && user === null && event === "device_grant.denied";
  const unnamed = html`${declines ? auditWords.theOperator : auditWords.someUser}`;
  const sentence = auditSentences[event as AuditEvent]({
    user: user === null ? unnamed : nameOf(user.email, user.id, auditWords.deletedUser),
    app: app === null ? html`${auditWords.someApp}` : nameOf(app.name, app.id, auditWords.unknownApp),
    method: wordOf(auditWords.methods, String(method ?? "none")),
    why: wordOf(auditWords.why, String(why ?? "withdrawn")),
    name: typeof name === "string" && name !== "" ? named(name) : null,
  });
  const { by } = auditWords;
  const through = record.event.startsWith("console.") ? by.console : by.graph;
  if (caller !== null) return html`${sentence}, ${through(nameOf(caller.email, caller.id, auditWords.deletedUser))}`;
  return actor === "operator" && !declines ? html`${sentence}, ${by.operator}` : sentence;
}

/** The word for a stored name. A newer version may have stored another one. */
export const wordOf = (words: Record<string, string>, name: string): string =>
  (Object.hasOwn(words, name) ? words[name] : undefined) ?? name.replaceAll("_", " ");

const named = (text: string): Html => html`<bdi><b>${text}</b></bdi>`;

function nameOf(name: string | null, id: string, gone: (id: string) => Html): Html {
  return name === null ? gone(id.slice(0, 40)) : named(name);
}

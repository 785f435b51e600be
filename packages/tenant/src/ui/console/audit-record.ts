import { type AuditEvent, eventOf, isRecorded } from "../../storage/audit-events.ts";
import { capitalized, type Html, html } from "../html.ts";
import type { GrammarCase, SentenceParts } from "../i18n/en/audit-sentences.ts";
import type { Messages } from "../i18n/en.ts";

/** An audit record with the names of what it is about, as they are now. */
export interface ShownRecord {
  /** Milliseconds since the epoch. */
  at: number;
  event: string;
  actor: "user" | "client" | "operator" | "tenant";
  /** The user whom the record is about. `email` is null if the user was deleted. */
  user: { id: string; email: string | null } | null;
  /** The app, or the API. `name` is null if it was deleted. `page`: the folder of its page, `apps` if omitted; null: it has none. */
  app: { id: string; name: string | null; page?: "apps" | "apis" | null } | null;
  /** What else it is about: a user flow, a policy, a group, an attribute, or what got a role. `name`: null if deleted. */
  object: { id: string; name: string | null } | null;
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

/** The record as one sentence, without its time and address. Who acted is its subject, or is named at its end. */
export function sentenceOf(record: ShownRecord, messages: Messages): Html {
  const { auditSentences, auditSentencesByOthers, auditWords } = messages;
  const { user, app, object, caller, actor, detail } = record;
  // Written by a newer version, on another node.
  if (!isRecorded(record.event)) return html`${eventOf(record.event).replaceAll(/[._]/g, " ")}`;
  const event = eventOf(record.event) as AuditEvent;
  const { method, why, role, purpose } = detail;
  const name = typeof detail.name === "string" && detail.name !== "" ? detail.name : object?.name;
  // Groups and apps get roles, too.
  const holder = user === null && object?.name != null ? { id: object.id, email: object.name } : user;
  const { someUser, someApp, deletedUser, deletedObject, unknownApp } = auditWords;
  const userIn = (form: GrammarCase) => {
    if (holder !== null) return nameOf(holder.email, holder.id, deletedUser[form]);
    // What had a role, and was deleted: nothing says of which kind it was.
    return object === null ? html`${someUser[form]}` : deletedObject[form](object.id);
  };
  const appIn = (form: GrammarCase) =>
    app === null ? html`${someApp[form]}` : nameOf(app.name, app.id, unknownApp[form]);
  const parts: SentenceParts = {
    ...{ user: userIn("plain"), userDative: userIn("dative"), app: appIn("plain"), appDative: appIn("dative") },
    role: typeof role === "string" ? named(role) : null,
    method: wordOf(auditWords.methods, String(method ?? "none")),
    why: wordOf(auditWords.why, String(why ?? "withdrawn")),
    name: name == null ? null : named(name),
    purpose: typeof purpose === "string" ? purpose : null,
  };
  if (caller === null && actor !== "operator") return capitalized(auditSentences[event](parts));
  const { by } = auditWords;
  const isInConsole = record.event.startsWith("console.");
  const whoElse = caller && nameOf(caller.email, caller.id, deletedUser.plain);
  const byOther = auditSentencesByOthers[event];
  if (byOther) {
    const sentence = byOther({ ...parts, by: whoElse ?? html`${auditWords.theOperator}` });
    return capitalized(whoElse ? html`${sentence}, ${isInConsole ? by.inConsole : by.throughGraph}` : sentence);
  }
  const byWhom = whoElse ? (isInConsole ? by.console : by.graph)(whoElse) : by.operator;
  return capitalized(html`${auditSentences[event](parts)}, ${byWhom}`);
}

/** The word for a stored name. A newer version may have stored another one. */
export const wordOf = (words: Record<string, string>, name: string): string =>
  (Object.hasOwn(words, name) ? words[name] : undefined) ?? name.replaceAll("_", " ");

const named = (text: string): Html => html`<bdi><b>${text}</b></bdi>`;

function nameOf(name: string | null, id: string, gone: (id: string) => Html): Html {
  return name === null ? gone(id.slice(0, 40)) : named(name);
}

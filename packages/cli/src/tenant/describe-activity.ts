import type { Activity } from "@doorcode/tenant/operator";
import { printableLine } from "../output.ts";
import { mendOf } from "./mend.ts";

/** How an entry is meant: it went on, waits for a user, changed something, or was refused. */
export type Tone = "good" | "waits" | "plain" | "bad";

/** One entry in words. Each text is one line without control characters. */
export interface Described {
  tone: Tone;
  /** What happened, in one or two words. */
  label: string;
  text: string;
  /** What would mend a refusal: lines for below. */
  mend: string[];
}

type Words = [tone: Tone, label: string, text: (activity: Activity) => string];

/** Events that are part of a sign-in, and those that are not in the audit log. Any other one changes the tenant. */
const words: Record<string, Words> = {
  "device_grant.requested": ["waits", "code asked", (each) => `${appOf(each)}${deviceOf(each)}${codeOf(each)}`],
  "device_grant.approved": ["good", "approved", (each) => `${appOf(each)} for ${userOf(each)}${by(each)}`],
  "device_grant.denied": [
    "bad",
    "declined",
    (each) => `${appOf(each)}${each.user === null ? "" : ` by ${userOf(each)}`}${by(each)}`,
  ],
  "device_grant.expired": ["plain", "expired", (each) => `${appOf(each)}: its code${by(each)}`],
  "device_grant.redeemed": ["good", "tokens", (each) => `${appOf(each)} is signed in as ${userOf(each)}`],
  "device_grant.refused": [
    "bad",
    "refused",
    (each) => `${appOf(each)} gets no tokens for ${userOf(each)}: ${why(each)}`,
  ],
  "device_grant.used_twice": [
    "bad",
    "refused",
    (each) => `${appOf(each)}: two users entered its code, so it is denied`,
  ],
  "authorization.approved": ["good", "approved", (each) => `${appOf(each)} for ${userOf(each)}, in a browser`],
  "authorization.denied": ["bad", "declined", (each) => `${appOf(each)} by ${userOf(each)}, in a browser`],
  "authorization.redeemed": ["good", "tokens", (each) => `${appOf(each)} is signed in as ${userOf(each)}`],
  "authorization.refused": [
    "bad",
    "refused",
    (each) => `${appOf(each)} gets no tokens for ${userOf(each)}: ${why(each)}`,
  ],
  "authorization_code.reused": [
    "bad",
    "refused",
    (each) => `${appOf(each)} presented a code twice, so its sign-in has ended`,
  ],
  "app_token.issued": ["good", "tokens", (each) => `${appOf(each)} has a token of its own, without a user`],
  "operator_token.issued": ["plain", "operator", ({ detail }) => tokenText(detail.purpose)],
  "refresh_token.rotated": ["good", "renewed", (each) => `${appOf(each)} for ${userOf(each)}`],
  "refresh_token.repeated": [
    "plain",
    "renewed",
    (each) => `${appOf(each)} for ${userOf(each)}, again with the same refresh token`,
  ],
  "refresh_token.reused": [
    "bad",
    "refused",
    (each) => `${appOf(each)} presented a used refresh token, so the sign-in of ${userOf(each)} has ended`,
  ],
  "refresh_token.refused": [
    "bad",
    "refused",
    (each) => `${appOf(each)} renews nothing for ${userOf(each)}: ${why(each)}`,
  ],
  "sign_in.revoked": ["plain", "signed out", (each) => `${appOf(each)}, the sign-in of ${userOf(each)}`],
  "user.signed_in": ["good", "signed in", (each) => `${userOf(each)} with ${methodOf(each)}`],
  "user.sign_in_failed": ["bad", "refused", (each) => `the sign-in of ${userOf(each)}: ${methodOf(each)} was wrong`],
  "user.second_factor_passed": ["good", "signed in", (each) => `${userOf(each)}, second factor: ${methodOf(each)}`],
  "user.second_factor_failed": [
    "bad",
    "refused",
    (each) => `the second factor of ${userOf(each)}: ${methodOf(each)} was wrong`,
  ],
  "user.signed_up": ["good", "signed up", (each) => userOf(each)],
  "user.signed_out": ["plain", "signed out", (each) => `${userOf(each)} in a browser`],
  "user.password_reset": ["plain", "reset", (each) => `the password of ${userOf(each)}`],
  "testing.clock_moved": ["plain", "clock", ({ detail }) => `moved${shown(detail.to, " to")} by a tester`],
  "testing.fault_added": [
    "plain",
    "fault",
    ({ detail }) => `a tester lets requests${shown(detail.endpoint, " of")} fail`,
  ],
  "testing.faults_cleared": ["plain", "fault", ({ detail }) => `a tester ended${shown(detail.count)} faults`],
  "testing.snapshot_created": [
    "plain",
    "snapshot",
    ({ detail }) => `a tester created a snapshot${shown(detail.snapshot)}`,
  ],
  "testing.snapshot_deleted": [
    "plain",
    "snapshot",
    ({ detail }) => `a tester deleted a snapshot${shown(detail.snapshot)}`,
  ],
  "testing.snapshot_restored": [
    "plain",
    "snapshot",
    ({ detail }) => `a tester returned to a snapshot${shown(detail.snapshot)}`,
  ],
  "testing.token_issued": ["good", "tokens", (each) => `a tester has one of ${appOf(each)} for ${userOf(each)}`],
  "request.refused": ["bad", "refused", (each) => `${whoseOf(each)}: ${messageOf(each)}`],
  "mail.sent": ["plain", "mail", mailText],
  "activity.skipped": ["plain", "skipped", ({ detail }) => `${detail.count} entries: more happened than can be shown`],
};

/**
 * An entry in plain words.
 * @param file path of the tenant file that the tenant was started with, if there is one
 */
export function describeActivity(activity: Activity, file?: string): Described {
  const known = Object.hasOwn(words, activity.event) ? words[activity.event] : undefined;
  const [tone, label, text]: Words = known ?? ["plain", "changed", changeOf];
  return {
    tone,
    label,
    text: printableLine(`${text(activity).replace(/\.$/, "")}${fromWhere(activity)}`),
    mend: tone === "bad" ? mendOf(activity, file).map(printableLine) : [],
  };
}

/** ` to VALUE`, or nothing for a record of another version. */
const shown = (value: unknown, before = ""): string => (value === undefined ? "" : `${before} ${value}`);

const appOf = ({ app, client_id }: Activity): string =>
  app ?? (client_id === null ? "a program" : `the unknown app ${short(client_id)}`);

/** Of a refused request. On a page, it may be of a user at a device whose app is not known yet. */
const whoseOf = (each: Activity): string =>
  each.actor !== "user" || each.client_id !== null ? appOf(each) : each.user_id === null ? "a person" : userOf(each);

const userOf = ({ user, user_id }: Activity): string =>
  user ?? (user_id === null ? "an unknown user" : `the deleted user ${short(user_id)}`);

const by = ({ actor, detail }: Activity): string =>
  `${detail.second_factor === undefined ? "" : ", with a second factor"}${actor === "operator" ? ", by the operator" : ""}`;

function deviceOf({ detail }: Activity): string {
  const { device_name: name, device_platform: platform } = detail;
  if (name === undefined && platform === undefined) return "";
  // The device says so; a tenant cannot check it.
  return ` on "${[name, platform].filter((part) => part !== undefined).join(", ")}"`;
}

const codeOf = ({ detail }: Activity): string => (detail.user_code === undefined ? "" : `, code ${detail.user_code}`);

const methods: Record<string, string> = {
  password: "the password",
  email_code: "an emailed code",
  passkey: "a passkey",
  app: "an authenticator app",
  email: "an emailed code",
  recovery_code: "a recovery code",
};

const methodOf = ({ detail }: Activity): string =>
  methods[String(detail.method)] ?? (detail.method === undefined ? "a new account" : String(detail.method));

/** `not_assigned`: the words of a name. */
const why = ({ detail }: Activity): string => String(detail.why ?? "withdrawn").replaceAll("_", " ");

const messageOf = ({ detail }: Activity): string =>
  `${String(detail.message).replace(/\.$/, "")}${detail.aadsts === undefined ? "" : ` (AADSTS${detail.aadsts})`}`;

function mailText({ detail }: Activity): string {
  const what = detail.code === undefined ? String(detail.subject) : `the code is ${detail.code}`;
  return `to ${detail.to}: ${what}`;
}

/** The same three things that the console says. */
function tokenText(purpose: unknown): string {
  if (purpose === "export") return "read the tenant as a file";
  return purpose === "apply" ? "began to apply a tenant file" : "got a token to administer the tenant";
}

/**
 * `graph.user_flow.created`: "user flow created, through Microsoft Graph". Of the operator, who uses the command line, the
 * console or a program, only that it was them.
 */
function changeOf({ event, app, user, actor }: Activity): string {
  const [, caller] = /^(graph|console)\./.exec(event) ?? [];
  const what = event
    .slice(caller === undefined ? 0 : caller.length + 1)
    .replace("organization", "tenant")
    .replace(/[._]/g, " ");
  const about = caller === undefined ? (user ?? app) : null;
  const byCaller = caller === "graph" ? ", through Microsoft Graph" : ", in the console";
  const whose = actor === "operator" ? ", by the operator" : caller === undefined ? "" : byCaller;
  return `${what}${about === null ? "" : `: ${about}`}${whose}`;
}

/** Names from a request may be long. */
const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** This computer is where most programs run, so it is named for the first step only. */
function fromWhere({ ip, event }: Activity): string {
  if (!ip) return "";
  // An IPv4 address may come through IPv6.
  const shown = ip.replace(/^::ffff:/, "");
  if (shown !== "::1" && !shown.startsWith("127.")) return `, from ${shown}`;
  return event === "device_grant.requested" ? ", from this computer" : "";
}

import { type Fault, pending, type Reply } from "../../../packages/client/test/fixtures/faulty-issuer.ts";

/** One way an issuer or a network misbehaves. Unless stated otherwise, the second poll returns the tokens. */
export interface Row {
  name: string;
  fault: Fault;
  device?: Record<string, unknown>;
  /** The outcome that a client should reach. */
  wanted: "tokens" | "error";
  /** Text that the error should contain. */
  keeps?: RegExp;
  /** More than this is a hot loop or a useless poll. */
  mostPolls?: number;
  limitMs: number;
}

const firstPoll =
  (reply: Reply): Fault =>
  ({ kind, n }) =>
    kind === "poll" && n === 1 ? reply : undefined;
const everyPoll =
  (reply: Reply): Fault =>
  ({ kind }) =>
    kind === "poll" ? reply : undefined;
const refused = (error: string, aadsts: number, text: string): Reply => ({
  status: 400,
  json: { error, error_description: `AADSTS${aadsts}: ${text}`, error_codes: [aadsts], correlation_id: "c0ffee" },
});

export const rows: Row[] = [
  { name: "pending, then approved", fault: firstPoll(pending), wanted: "tokens", limitMs: 8_000 },
  {
    name: "pending with `Retry-After: 2`",
    fault: firstPoll({ status: 400, json: { error: "authorization_pending" }, headers: { "retry-after": "2" } }),
    wanted: "tokens",
    limitMs: 8_000,
  },
  {
    name: "`slow_down`",
    fault: firstPoll({ status: 400, json: { error: "slow_down" } }),
    wanted: "tokens",
    limitMs: 12_000,
  },
  { name: "429", fault: firstPoll({ status: 429, json: { error: "too_many" } }), wanted: "tokens", limitMs: 12_000 },
  { name: "503, empty", fault: firstPoll({ status: 503 }), wanted: "tokens", limitMs: 10_000 },
  {
    name: "503 in JSON, without an OAuth error",
    fault: firstPoll({ status: 503, json: { message: "upstream" } }),
    wanted: "tokens",
    limitMs: 10_000,
  },
  {
    name: "503 with an OAuth error",
    fault: firstPoll({ status: 503, json: { error: "temporarily_unavailable" } }),
    wanted: "tokens",
    limitMs: 10_000,
  },
  {
    name: "502 in HTML",
    fault: firstPoll({ status: 502, text: "<h1>Bad gateway</h1>", headers: { "content-type": "text/html" } }),
    wanted: "tokens",
    limitMs: 10_000,
  },
  { name: "connection reset", fault: firstPoll("reset"), wanted: "tokens", limitMs: 10_000 },
  { name: "answer cut off", fault: firstPoll("cut"), wanted: "tokens", limitMs: 10_000 },
  { name: "hung socket", fault: firstPoll("hang"), wanted: "tokens", limitMs: 24_000 },
  { name: "200 without a token", fault: everyPoll({ status: 200, json: {} }), wanted: "error", limitMs: 8_000 },
  {
    name: "declined",
    fault: everyPoll(refused("authorization_declined", 70018, "The user declined.")),
    wanted: "error",
    keeps: /AADSTS70018/,
    limitMs: 8_000,
  },
  {
    name: "Conditional Access",
    fault: everyPoll(refused("access_denied", 53003, "Blocked by policy.")),
    wanted: "error",
    keeps: /AADSTS53003/,
    limitMs: 8_000,
  },
  {
    name: "devicecode refuses",
    fault: ({ kind }) => (kind === "devicecode" ? refused("unauthorized_client", 700016, "Not found.") : undefined),
    wanted: "error",
    keeps: /AADSTS700016/,
    mostPolls: 0,
    limitMs: 8_000,
  },
  {
    name: "no `interval`",
    fault: everyPoll(pending),
    device: { interval: undefined, expires_in: 4 },
    mostPolls: 1,
    wanted: "error",
    limitMs: 8_000,
  },
  {
    name: '`expires_in: "3"`',
    fault: everyPoll(pending),
    device: { expires_in: "3" },
    wanted: "error",
    limitMs: 8_000,
  },
  {
    name: "discovery is down",
    fault: ({ kind }) => (kind === "discovery" ? { status: 503 } : undefined),
    wanted: "error",
    keeps: /503|HTTP response status/,
    limitMs: 8_000,
  },
];

import { numbers } from "../numbers.ts";

const { long, number } = numbers.en;

/** How far apart two times are, in the largest unit that leaves at least 1. */
function distance(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes >= 2_880) return long(Math.round(minutes / 1_440), "day");
  if (minutes >= 120) return long(Math.round(minutes / 60), "hour");
  return long(minutes, "minute");
}

/** The console's page for testers. */
export const consoleTesting = {
  lede: "Only for tests, on this computer’s own tenant. Each use is in the audit log.",
  clock: "Clock",
  clockHint: "Codes, tokens, sessions and limits follow it. Your programs and web APIs have clocks of their own.",
  ahead: (ms: number) =>
    ms === 0 ? "This computer’s time" : ms > 0 ? `${distance(ms)} ahead` : `${distance(ms)} behind`,
  by: "How far",
  steps: {
    "300": "5 minutes",
    "900": "15 minutes: every device code expires",
    "3600": "1 hour: every access token expires",
    "86400": "1 day",
    "604800": "1 week",
    "7776000": "90 days: unused sign-ins end",
  },
  advance: "Move forward",
  resetHint:
    "What happened since the clock was moved is in the future then: tokens are not valid yet, and codes last longer.",
  reset: "Return to this computer’s time",
  faults: "Faults",
  faultsHint: "The next requests of an endpoint meet one. A restart of the tenant ends all.",
  endpoint: "Endpoint",
  kind: "Answer",
  kinds: {
    "429": "429, too many requests",
    "503": "503, unavailable",
    aadsts: "An error of Entra’s",
    late: "5 seconds late",
    cut: "None: the connection is closed",
  },
  aadsts: "AADSTS number, for an error of Entra’s",
  times: "How many requests",
  app: "Only of this app (name or client ID; optional)",
  add: "Add the fault",
  left: (many: number) => (many === 1 ? "the next request" : `the next ${number(many)} requests`),
  clear: "End it",
  snapshots: "Snapshots",
  snapshotsHint:
    "Everything but the audit log: people, apps, sign-ins, codes, mails, the clock. What was used since is valid again.",
  name: "Name",
  create: "Create a snapshot",
  restore: "Return to it",
  remove: "Delete it",
};

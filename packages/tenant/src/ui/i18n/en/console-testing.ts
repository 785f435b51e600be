import { type Html, html } from "../../html.ts";

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
  faultsHint: "A fault answers the next requests of an endpoint. When the tenant is restarted, none are left.",
  endpoint: "Endpoint",
  kind: "Answer",
  kinds: {
    "429": "429, too many requests",
    "503": "503, unavailable",
    aadsts: "An Entra error",
    late: "5 seconds late",
    cut: "None: the connection is closed",
  },
  aadsts: "AADSTS number, for an Entra error",
  times: "How many requests",
  app: "Only for this app (name or client ID; optional)",
  add: "Add the fault",
  left: (many: number) => (many === 1 ? "the next request" : `the next ${number(many)} requests`),
  clear: "End it",
  snapshots: "Snapshots",
  snapshotsHint:
    "Everything but the audit log: people, apps, sign-ins, codes, mails, the clock. What was used up since then can be used again.",
  name: "Name",
  create: "Create a snapshot",
  restore: "Return to it",
  restoreHint:
    "Replaces the whole tenant. What has happened since then is lost, except the audit log; what was used up can be used again.",
  restoreNow: "Yes, replace the tenant",
  remove: "Delete it",
  removeHint: "The tenant stays as it is, and can no longer return to this snapshot.",
  removeNow: "Yes, delete the snapshot",
  done: {
    advance: (ahead: string) => `The clock was moved. Now: ${ahead}.`,
    reset: () => "The clock shows this computer’s time again.",
    add_fault: () => "The fault was added. It answers the next requests.",
    clear_fault: () => "The fault has ended.",
    create: () => "The snapshot was created.",
    restore: () => "The tenant is what it was when the snapshot was created.",
    delete: () => "The snapshot was deleted.",
  },
  problems: {
    number_beside: (typed: Html) =>
      html`The number ${typed} is only for the answer “An Entra error”. Choose this answer, or leave the number empty.`,
    number_unused: () =>
      html`Answers of this endpoint have no AADSTS number. Choose another endpoint, or another answer.`,
    number_invalid: (typed: Html) =>
      html`“${typed}” is not an AADSTS number. Enter its five to eight digits, for example 53003.`,
    times_invalid: (typed: Html) =>
      html`“${typed}” is not a number of requests. Enter a whole number from 1 to 1,000,000.`,
    too_many_faults: () => html`There are too many faults already. End one first.`,
    app_unused: () => html`Requests of this endpoint name no app. Leave the app empty.`,
    app_unknown: (typed: Html) => html`No app, or more than one, is called “${typed}”. Enter a client ID.`,
    clock_too_far: () => html`The clock moves at most ten years. It was not moved.`,
    name_invalid: (typed: Html) =>
      html`A snapshot cannot be called “${typed}”. Use up to 64 letters, digits, dots, hyphens and underscores.`,
    name_taken: (typed: Html) =>
      html`There is a snapshot “${typed}” already. Choose another name, or delete that one first.`,
    snapshot_unknown: (typed: Html) => html`There is no snapshot “${typed}” any more.`,
  },
};

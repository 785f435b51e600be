import type { ProgramQuestion } from "../../../src/ui/pages/program-consent.ts";
import { email, flowId, longEmail, type Sample } from "./sample-accounts.ts";

const consent: ProgramQuestion = {
  page: "program_consent",
  flowId,
  problem: null,
  digest: "q3Zt0vYw1LkX8bNd",
  email,
  appName: "Contoso Notes",
  leadsTo: "loopback",
  host: null,
  already: [],
  fresh: [{ kind: "name_and_email" }, { kind: "api", text: "Read your to-do lists" }],
  byRenewal: [],
  stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: false },
};
const administrative: ProgramQuestion["fresh"] = [
  { kind: "administration", of: "change_apps" },
  { kind: "administration", of: "change_people" },
];
const web = { leadsTo: "web", host: "notes.contoso.example" } as const;

/** The pages of a sign-in that a program started in this browser. */
export const programSamples: Sample[] = [
  { name: "program-consent", view: consent },
  { name: "program-consent-web", view: { ...consent, ...web } },
  { name: "program-consent-app", view: { ...consent, leadsTo: "app", appName: "ciam-client-app" } },
  {
    name: "program-consent-more",
    view: {
      ...consent,
      ...web,
      already: [{ kind: "name_and_email" }, { kind: "api", text: "Read your to-do lists" }],
      fresh: [{ kind: "api", text: "Read and change your to-do lists" }],
      stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: true },
    },
  },
  {
    name: "program-consent-by-renewal",
    view: { ...consent, ...web, byRenewal: [{ kind: "account" }, { kind: "api", text: "Read your calendar" }] },
  },
  {
    name: "program-consent-nothing-new",
    view: {
      ...consent,
      already: [{ kind: "name_and_email" }],
      fresh: [],
      stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: true },
    },
  },
  { name: "program-consent-changed", view: { ...consent, problem: "changed" } },
  {
    name: "program-consent-long",
    view: {
      ...consent,
      email: longEmail,
      appName: "Contoso Enterprise Resource Planning Terminal-Application-for-Warehouses",
      leadsTo: "web",
      host: "a-very-long-name-of-a-host-that-goes-on-and-on.department.subsidiary.contoso.example:8443",
    },
  },
  {
    name: "program-consent-administration",
    view: { ...consent, appName: "Doorcode command line", fresh: administrative },
  },
  {
    name: "program-consent-administration-again",
    view: { ...consent, ...web, already: [{ kind: "name_and_email" }], fresh: administrative },
  },
  {
    name: "program-needs-administrator",
    view: { page: "program_needs_administrator", flowId, email, appName: "Doorcode command line" },
  },
  {
    name: "program-no-access",
    view: { page: "program_no_access", flowId, email, appName: "Contoso Notes" },
  },
  {
    name: "form-post",
    view: {
      page: "form_post",
      by: "form",
      to: "http://localhost:51004/",
      fields: {
        code: "h0k3PYyPiZr2oYj8Kk1R0pWc5o4mY1m8sB3sWc0Xy1Q",
        state: "a b",
        iss: "https://contoso.example/v2.0",
      },
    },
  },
  { name: "sign-in-over", view: { page: "sign_in_over" } },
  {
    name: "request-refused",
    view: {
      page: "request_refused",
      code: "AADSTS50011",
      traceId: "9f0c5a52-5f7e-4c0a-8d57-6a4e9d1b2c3f",
      yaml: null,
    },
  },
  {
    name: "request-refused-own-program",
    view: {
      page: "request_refused",
      code: "AADSTS50011",
      traceId: "9f0c5a52-5f7e-4c0a-8d57-6a4e9d1b2c3f",
      yaml: 'apps:\n  ciam-client-app:\n    redirectUris:\n      - "http://localhost/back"',
    },
  },
];

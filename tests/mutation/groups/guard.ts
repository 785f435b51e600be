import type { Group } from "../group.ts";

const src = "packages/guard/src";

export const guard: Group[] = [
  {
    name: "guard",
    // proxy.ts is the client's, to the letter (tests/architecture/layering): the client's tests, which need a second, hold it.
    mutate: [`${src}/!(proxy).ts`],
    // Without heap snapshots, which take seconds each.
    tests: ["packages/guard/test/!(token-memory).test.ts"],
    floor: 95,
    equivalent: [
      {
        file: `${src}/authorization-header.ts`,
        original: "value === undefined",
        replacement: "false",
        reason: "a regular expression tests undefined as a word that is no scheme",
      },
      {
        file: `${src}/fetch-json.ts`,
        original: 'tls.getCACertificates?.("default")',
        replacement: 'tls.getCACertificates("default")',
        reason: "only Node.js 20 lacks the function, and mutants run on Node.js 24",
      },
      {
        file: `${src}/issuer-keys.ts`,
        original: "current?.authorizationEndpoint",
        replacement: "current.authorizationEndpoint",
        reason: "asked only after a token was verified, which needs keys",
      },
      {
        file: `${src}/verify-token.ts`,
        original: "iss === undefined",
        replacement: "false",
        reason: "no issuer is configured as undefined",
      },
      {
        file: `${src}/verify-token.ts`,
        original: 'error.claim === "nbf"',
        replacement: "true",
        reason: "of the values that jose checks here, only aud and nbf can be wrong: iss chose the issuer",
      },
    ],
  },
];

import type { Group } from "../group.ts";

const src = "packages/tenant/src";
const test = "packages/tenant/test";

export const tenant: Group[] = [
  {
    name: "poll-pace",
    mutate: [`${src}/oauth/device-authorization/poll-pace.ts`],
    tests: [`${test}/oauth/device-authorization/poll-pace.test.ts`],
  },
  {
    name: "user-code",
    mutate: [`${src}/directory/{user-code,device-text}.ts`],
    tests: [`${test}/directory/{user-code,device-text}.test.ts`],
  },
  {
    name: "grant-decisions",
    mutate: [`${src}/oauth/device-authorization/decisions.ts`, `${src}/oauth/approval.ts`],
    tests: [`${test}/oauth/device-authorization/{decisions,typed-codes}.test.ts`],
  },
  {
    name: "grant-store",
    mutate: [`${src}/storage/sql/grant-store.ts`],
    tests: ["tests/mutation/suites/{grants,access}.ts", `${test}/storage/changed-by-hand.test.ts`],
  },
  {
    name: "redeem",
    mutate: [`${src}/storage/sql/{redeem,rotate,token-family}.ts`],
    tests: [
      "tests/mutation/suites/{redemption,rotation,authorization-codes,withdrawal,second-factor}.ts",
      "tests/mutation/suites/{administrators,assignment,access}.ts",
      `${test}/storage/{changed-by-hand,row-locks}.test.ts`,
    ],
    equivalent: [
      {
        file: `${src}/storage/sql/rotate.ts`,
        original: "successor?.usedAt",
        replacement: "successor.usedAt",
        reason: "a used token has its successor: one transaction writes both",
      },
    ],
  },
  {
    name: "access-rules",
    mutate: [`${src}/directory/{access-rules,permissions}.ts`],
    tests: [`${test}/directory/{access-rules,consents,permissions,refusals}.test.ts`],
  },
  {
    name: "access-rules-in-the-store",
    mutate: [`${src}/storage/sql/access-store.ts`],
    tests: ["tests/mutation/suites/access.ts", `${test}/storage/{access-store,row-locks}.test.ts`],
  },
  {
    name: "claims",
    mutate: [`${src}/oauth/tokens/{claims,app-token}.ts`],
    tests: [`${test}/oauth/tokens/{claims,app-token}.test.ts`],
  },
  {
    name: "key-ring",
    mutate: [`${src}/oauth/tokens/key-ring.ts`],
    tests: [`${test}/oauth/tokens/{key-ring,key-ring-schedule}.test.ts`],
  },
  {
    name: "seal",
    mutate: [`${src}/kernel/seal.ts`],
    tests: [`${test}/kernel/seal.test.ts`],
  },
  {
    name: "client-authentication",
    mutate: [`${src}/oauth/{client-authentication,client-assertion}.ts`],
    tests: [`${test}/oauth/{client-authentication,client-assertion}.test.ts`],
  },
  {
    name: "redirect-uri",
    mutate: [`${src}/oauth/authorization-code/redirect-uri.ts`],
    tests: [`${test}/oauth/authorization-code/redirect-uri.test.ts`],
  },
];

import type { Group } from "../group.ts";

const src = "packages/tenant/src";
const test = "packages/tenant/test";

export const tenant: Group[] = [
  {
    name: "poll-pace",
    mutate: [`${src}/device-grant/poll-pace.ts`],
    tests: [`${test}/device-grant/poll-pace.test.ts`],
  },
  {
    name: "user-code",
    mutate: [`${src}/device-grant/{user-code,device-text}.ts`],
    tests: [`${test}/device-grant/{user-code,device-text}.test.ts`],
  },
  {
    name: "grant-decisions",
    mutate: [`${src}/device-grant/{decisions,shown}.ts`],
    tests: [`${test}/device-grant/decisions.test.ts`],
  },
  {
    name: "grant-store",
    mutate: [`${src}/stores/grant-store.ts`],
    tests: ["tests/mutation/suites/grants.ts"],
  },
  {
    name: "redeem",
    mutate: [`${src}/stores/{redeem,redeem-code,rotate,rotation-queries,token-family,withdrawal}.ts`],
    tests: [
      "tests/mutation/suites/{redemption,rotation,authorization-codes,withdrawal,second-factor}.ts",
      "tests/mutation/suites/{administrators,assignment}.ts",
      `${test}/stores/{changed-by-hand,row-locks}.test.ts`,
    ],
    equivalent: [
      {
        file: `${src}/stores/rotate.ts`,
        original: "successor?.usedAt",
        replacement: "successor.usedAt",
        reason: "a used token has its successor: one transaction writes both",
      },
    ],
  },
  {
    name: "access-rules",
    mutate: [`${src}/directory/{mfa-requirement,assignment,administration,consented,policies,permissions}.ts`],
    tests: [`${test}/directory/{access-rules,consented,permissions}.test.ts`],
  },
  {
    name: "access-rules-in-the-store",
    mutate: [`${src}/stores/{standing,assignment}.ts`],
    tests: [`${test}/stores/{standing,row-locks}.test.ts`],
  },
  {
    name: "claims",
    mutate: [`${src}/tokens/{claims,app-token,context-class}.ts`],
    tests: [`${test}/tokens/{claims,app-token}.test.ts`],
  },
  {
    name: "key-ring",
    mutate: [`${src}/tokens/key-ring.ts`],
    tests: [`${test}/tokens/{key-ring,key-ring-schedule}.test.ts`],
  },
  {
    name: "seal",
    mutate: [`${src}/tokens/seal.ts`],
    tests: [`${test}/tokens/seal.test.ts`],
  },
  {
    name: "client-authentication",
    mutate: [`${src}/endpoints/{client-authentication,client-assertion}.ts`],
    tests: [`${test}/endpoints/{client-authentication,client-assertion}.test.ts`],
  },
  {
    name: "redirect-uri",
    mutate: [`${src}/authorization/redirect-uri.ts`],
    tests: [`${test}/authorization/redirect-uri.test.ts`],
  },
];

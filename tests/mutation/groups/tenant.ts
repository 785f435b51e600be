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
    tests: ["tests/mutation/suites/{redemption,rotation,authorization-codes,withdrawal}.ts"],
  },
  {
    name: "access-rules",
    mutate: [
      `${src}/directory/{mfa-requirement,assignment,administration,consented,policies,permissions}.ts`,
      `${src}/stores/standing.ts`,
    ],
    tests: [
      "tests/mutation/suites/{redemption,second-factor,administrators,assignment}.ts",
      `${test}/directory/{access-rules,consented,permissions}.test.ts`,
    ],
  },
  {
    name: "claims",
    mutate: [`${src}/tokens/{claims,app-token,context-class}.ts`],
    tests: [`${test}/tokens/{claims,app-token}.test.ts`],
  },
  {
    name: "key-ring",
    mutate: [`${src}/tokens/{key-ring,signing-keys,seal}.ts`],
    tests: [`${test}/tokens/{key-ring,key-ring-schedule,seal}.test.ts`],
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

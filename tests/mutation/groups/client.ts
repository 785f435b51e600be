import type { Group } from "../group.ts";

export const client: Group[] = [
  {
    name: "id-token",
    mutate: ["packages/client/src/issuer/{id-token,issuer-check}.ts"],
    tests: [
      "packages/client/test/issuer/{id-token,id-token-algorithms,issuer-keys,issuer-check,choose-engine}.test.ts",
    ],
    equivalent: [
      {
        file: "packages/client/src/issuer/issuer-check.ts",
        original: '"common"',
        replacement: '""',
        reason: "Whatever takes the place of {tenantid}, it is no GUID: only GUIDs are compared with the path.",
      },
    ],
  },
  {
    name: "guarded-fetch",
    mutate: [
      "packages/client/src/fetch/{guarded-fetch,bearer-fetch}.ts",
      "packages/client/src/transport/secure-url.ts",
    ],
    tests: [
      "packages/client/test/fetch/{redirects,token-challenges,guarded-fetch,bearer-fetch,bearer-challenge}.test.ts",
      "packages/client/test/transport/secure-url.test.ts",
    ],
  },
  {
    name: "token-store",
    mutate: ["packages/client/src/token-store/{store-state,commit,leases,store-key,store-folder}.ts"],
    tests: [
      "packages/client/test/token-store/{store-state,leases,commit,commit-by-claim,store-key,store-files}.test.ts",
    ],
    equivalent: [
      {
        file: "packages/client/src/token-store/commit.ts",
        original: '"utf8"',
        replacement: '""',
        reason: "Number() reads the bytes of a process id as it reads the text.",
      },
    ],
  },
];

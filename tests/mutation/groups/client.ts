import type { Group } from "../group.ts";

export const client: Group[] = [
  {
    name: "id-token",
    mutate: ["packages/client/src/engines/{id-token,issuer-check}.ts"],
    tests: ["packages/client/test/engines/{id-token,id-token-algorithms,issuer-keys,issuer-check}.test.ts"],
    equivalent: [
      {
        file: "packages/client/src/engines/issuer-check.ts",
        original: '"common"',
        replacement: '""',
        reason: "Whatever takes the place of {tenantid}, it is no GUID: only GUIDs are compared with the path.",
      },
    ],
  },
  {
    name: "guarded-fetch",
    mutate: [
      "packages/client/src/{guarded-fetch,redirects,bearer-fetch,bearer-challenge}.ts",
      "packages/client/src/transport/loopback.ts",
    ],
    tests: ["packages/client/test/{redirects,token-challenges,guarded-fetch,bearer-fetch,bearer-challenge}.test.ts"],
  },
  {
    name: "token-store",
    mutate: [
      "packages/client/src/token-store/{changes,commit,commit-by-claim,leases,store-key,store-folder,seal-state}.ts",
    ],
    tests: ["packages/client/test/token-store/{changes,leases,commit,commit-by-claim,store-key,store-files}.test.ts"],
    equivalent: [
      {
        file: "packages/client/src/token-store/commit-by-claim.ts",
        original: '"utf8"',
        replacement: '""',
        reason: "Number() reads the bytes of a process id as it reads the text.",
      },
    ],
  },
];

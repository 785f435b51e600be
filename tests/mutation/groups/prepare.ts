import type { Group } from "../group.ts";

export const prepare: Group[] = [
  {
    name: "prune",
    mutate: ["packages/prepare/src/plan/{prune,marks}.ts"],
    tests: ["packages/prepare/test/plan/{prune,marks}.test.ts"],
  },
];

import type { Group } from "../group.ts";

export const prepare: Group[] = [
  {
    name: "prune",
    mutate: ["packages/prepare/src/plan/{prune,ownership-tags}.ts"],
    tests: ["packages/prepare/test/plan/{prune,ownership-tags}.test.ts"],
  },
];

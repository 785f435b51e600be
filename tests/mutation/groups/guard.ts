import type { Group } from "../group.ts";

export const guard: Group[] = [
  {
    name: "guard",
    mutate: ["packages/guard/src/**/*.ts"],
    tests: ["packages/guard/test/*.test.ts"],
    floor: 95,
  },
];

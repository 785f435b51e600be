// Moves a tenant and is killed at a step: `node move-and-die.ts '{"from":…,"to":…,"at":"copied"}'`.
import type { TenantLocation } from "../../src/server/in-store.ts";
import { type MoveStep, moveTenant } from "../../src/server/move.ts";

const { from, to, at } = JSON.parse(process.argv[2] ?? "") as {
  from: TenantLocation;
  to: TenantLocation;
  at: MoveStep;
};
await moveTenant(from, to, {
  reached: (step) => {
    if (step === at) process.kill(process.pid, "SIGKILL");
  },
});

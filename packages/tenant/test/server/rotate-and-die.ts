// Rotates a seal key and is killed at a step: `node rotate-and-die.ts '{"place":…,"at":"committed"}'`.
import type { TenantLocation } from "../../src/server/in-store.ts";
import { type RotationStep, rotateSealKey } from "../../src/server/rotate-seal-key.ts";

const { place, at } = JSON.parse(process.argv[2] ?? "") as { place: TenantLocation; at: RotationStep };
await rotateSealKey(place, {
  reached: (step) => {
    if (step === at) process.kill(process.pid, "SIGKILL");
  },
});

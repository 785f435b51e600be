// Restores a backup and is killed at a step: `node restore-and-die.ts '{"place":…,"file":…,"at":"in place"}'`.

import type { TenantLocation } from "../../src/server/in-store.ts";
import { type RestoreStep, restore } from "../../src/server/restore.ts";

const { place, file, at } = JSON.parse(process.argv[2] ?? "") as {
  place: TenantLocation;
  file: string;
  at: RestoreStep;
};
await restore(place, file, {
  replace: true,
  sealKeyOfBackup: `${file}.seal.key`,
  reached: (step) => {
    if (step === at) process.kill(process.pid, "SIGKILL");
  },
});

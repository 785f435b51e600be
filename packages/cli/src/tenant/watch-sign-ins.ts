import { setTimeout as sleep } from "node:timers/promises";
import type { Activity } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printEvent, say } from "../output.ts";
import { describeActivity } from "./describe-activity.ts";
import { operateTenantOften } from "./location.ts";
import { activityLines, colours } from "./show-activity.ts";

/** How often it looks for new records. */
const POLL_MS = 1_000;

/** What begins, continues or ends the sign-in of a program or a browser. */
const SIGN_IN_EVENTS =
  /^(?:(?:device_grant|authorization|refresh_token|authorization_code|app_token|sign_in)\.|user\.(?:sign|second_factor|disowned)|tenant\.sign_ins_ended)/;

/** `doorcode tenant signins watch`: from now on, until Ctrl-C. */
export async function watchSignIns(given: Arguments, signal: AbortSignal): Promise<number> {
  const [user, app] = [given.text("user"), given.text("app")?.toLowerCase()];
  const print = given.flag("json") ? printJson : printLines;
  await operateTenantOften(given, async (operate) => {
    let after: string | undefined;
    for (;;) {
      const from = after === undefined ? { newest: 0 } : { after };
      const page = await operate({ do: "read_audit", user, names: true, ...from });
      if (after === undefined && !given.flag("json")) say("Watching sign-ins. Ctrl-C ends it.");
      for (const record of page.records) {
        const isMeant = app === undefined || record.client_id === app;
        if (isMeant && SIGN_IN_EVENTS.test(record.event)) print(record as Activity);
      }
      after = page.after;
      if (!page.more) await sleep(POLL_MS, undefined, { signal });
    }
  });
  return exitCodes.done;
}

const printJson = ({ event: name, ...record }: Activity) => printEvent("activity", { name, ...record });

function printLines(activity: Activity): void {
  const how = { colours: colours(process.stdout), width: process.stdout.columns || 80 };
  process.stdout.write(`${activityLines(activity.at, describeActivity(activity), how).join("\n")}\n`);
}

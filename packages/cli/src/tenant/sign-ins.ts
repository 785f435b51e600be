import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { agreed } from "../input.ts";
import { printableLine, printEvent, printLine, say } from "../output.ts";
import { operateTenant, operateTenantOften } from "./location.ts";
import { dateOf, timeOf } from "./operator.ts";

/** Sign-ins in one request. */
const PAGE = 500;

type SignIn = ControlResults["list_sign_ins"][number];

/** `doorcode tenant signins list`: printed page by page, because there may be many. */
export async function listSignIns(given: Arguments): Promise<number> {
  const of = { email: given.text("user"), client_id: given.text("app") };
  const print = given.flag("json") ? (each: SignIn) => printEvent("sign_in", each) : printSignIn;
  const most = Number(given.text("limit") ?? Number.POSITIVE_INFINITY);
  const printed = await operateTenantOften(given, async (operate) => {
    let after: SignIn | undefined;
    for (let count = 0; ; ) {
      const limit = Math.min(PAGE, most - count);
      const page = await operate({ do: "list_sign_ins", ...of, ...(after && { after: cursorOf(after) }), limit });
      for (const each of page) print(each);
      count += page.length;
      after = page.at(-1);
      if (page.length < limit || count >= most) return count;
    }
  });
  if (printed === 0 && !given.flag("json")) say("No program is signed in.");
  return exitCodes.done;
}

const cursorOf = ({ id, created_at }: SignIn) => ({ id, created_at });

function printSignIn(each: SignIn): void {
  const used =
    each.last_used_at === null ? "" : `, used ${timeOf(each.last_used_at)} from ${each.last_used_from ?? "unknown"}`;
  const who = each.email ?? each.user_id;
  const times = `since ${timeOf(each.created_at)}${used}, until ${dateOf(each.expires_at)}`;
  printLine(`${each.id}  ${who}  ${each.app ?? each.client_id}  ${times}`);
}

/** `doorcode tenant signins revoke` */
export async function revokeSignIns(given: Arguments, signal: AbortSignal): Promise<number> {
  const [id] = given.words;
  const user = given.text("user");
  const all = given.flag("all");
  if ([id !== undefined, user !== undefined, all].filter(Boolean).length !== 1) {
    throw new UsageError("Specify one of ID, --user EMAIL and --all.", "List the IDs: doorcode tenant signins");
  }
  if (id !== undefined) {
    const revoked = await operateTenant(given, { do: "revoke_sign_in", id });
    if (given.flag("json")) printEvent("sign_in_revoked", revoked);
    else say(`Revoked the sign-in ${revoked.id}.`);
    return exitCodes.done;
  }
  if (all && !(await agreed(given, "End every sign-in of every user?", signal))) {
    say("Nothing was changed.");
    return exitCodes.done;
  }
  const { ended } = await operateTenant(given, { do: "revoke_sign_ins", email: user ?? null });
  if (given.flag("json")) printEvent("sign_ins_revoked", { ...(user !== undefined && { user }), ended });
  else
    say(
      `Ended every sign-in${user === undefined ? "" : ` of ${printableLine(user)}`}, ${ended} of them in program${ended === 1 ? "" : "s"}.`,
    );
  return exitCodes.done;
}

import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { agreed } from "../input.ts";
import { printEvent, printLine, say } from "../output.ts";
import { operateTenant } from "./location.ts";
import { timeOf } from "./operator.ts";

type Key = ControlResults["list_keys"][number];

/** `doorcode tenant keys list` */
export async function listKeys(given: Arguments): Promise<number> {
  for (const key of await operateTenant(given, { do: "list_keys" })) {
    if (given.flag("json")) printEvent("signing_key", key);
    else printLine(`${key.kid}  ${key.alg}  ${key.state.padEnd("previous".length)}  ${timesOf(key)}`);
  }
  return exitCodes.done;
}

function timesOf({ state, activates_at, retires_at }: Key): string {
  const until = retires_at === null ? "" : `, published until ${timeOf(retires_at)}`;
  if (state === "retired") return `not published since ${timeOf(retires_at ?? "")}`;
  return `${state === "next" ? "signs from" : "since"} ${timeOf(activates_at)}${until}`;
}

/** `doorcode tenant keys rotate` */
export async function rotateKeys(given: Arguments): Promise<number> {
  const now = given.flag("now");
  const alg = given.text("alg") as Key["alg"] | undefined;
  const key = await operateTenant(given, { do: "rotate_keys", now, ...(alg !== undefined && { alg }) });
  if (given.flag("json")) printEvent("signing_key_rotated", key);
  else {
    say(
      key.state === "signing"
        ? `The key ${key.kid} signs now. Every node uses it within a minute.`
        : `The key ${key.kid} signs from ${timeOf(key.activates_at)} on.`,
    );
  }
  return exitCodes.done;
}

/** `doorcode tenant keys retire` */
export async function retireKey(given: Arguments, signal: AbortSignal): Promise<number> {
  const [kid = ""] = given.words;
  const now = given.flag("now");
  if (now && !(await agreed(given, "Refuse every token that this key signed?", signal))) {
    say("Nothing was changed.");
    return exitCodes.done;
  }
  const key = await operateTenant(given, { do: "retire_key", kid, now });
  if (given.flag("json")) printEvent("signing_key_retired", key);
  else if (key.state === "retired")
    say(`The key ${key.kid} is not published any more. Every node refuses it within a minute.`);
  else say(`The key ${key.kid} is published until ${timeOf(key.retires_at ?? "")}.`);
  return exitCodes.done;
}

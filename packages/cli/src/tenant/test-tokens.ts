import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readStdin } from "../input.ts";
import { escaped, printEvent, printResult, say } from "../output.ts";
import { operateTenant } from "./location.ts";

/** `doorcode tenant issue-token`: only the token on stdout, for a pipe. */
export async function issueToken(given: Arguments): Promise<number> {
  const issued = await operateTenant(given, {
    do: "issue_token",
    as: given.text("as") ?? "",
    app: given.text("app") ?? "",
    scopes: given
      .list("scope")
      .flatMap((each) => each.split(" "))
      .filter((each) => each !== ""),
    mfa: given.flag("mfa"),
  });
  if (given.flag("json")) printEvent("token_issued", issued);
  else printResult(issued.token);
  if (process.stdout.isTTY) say(`It is valid until ${issued.expires_at}. Keep it secret.`);
  return exitCodes.done;
}

/** `doorcode tenant check-token`: the token on stdin, as no argument may have it. */
export async function checkToken(given: Arguments): Promise<number> {
  const token = (await readStdin("token")).trim();
  const checked = await operateTenant(given, { do: "check_token", token, api: given.text("api") ?? "" });
  const { header, claims, api, accepted, reasons, clock_ahead_ms } = checked;
  if (given.flag("json")) printEvent("token_checked", checked);
  else if (header !== null) process.stdout.write(escaped(`${JSON.stringify({ header, claims }, undefined, 2)}\n`));
  const guard = `the guard of ${api.name} (audience ${api.client_id}, profile ${api.profile})`;
  if (accepted) say(`Accepted by ${guard}.`);
  else say(`Refused by ${guard}:\n${reasons.map(({ code, message }) => `  ${code}: ${message}`).join("\n")}`);
  if (clock_ahead_ms !== 0) say("The tenant's clock was moved. A guard decides by its own clock.");
  return accepted ? exitCodes.done : exitCodes.denied;
}

import { randomInt } from "node:crypto";
import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { agreed, readStdin } from "../input.ts";
import { printableLine, printEvent, printLine, printResult, say } from "../output.ts";
import { operateTenant, operateTenantOften } from "./location.ts";

/** Users in one request. */
const PAGE = 500;

type User = ControlResults["list_users"][number];

/** `doorcode tenant users list` */
export async function listUsers(given: Arguments): Promise<number> {
  const most = Number(given.text("limit") ?? Number.POSITIVE_INFINITY);
  const search = given.text("search") ?? "";
  const users: User[] = [];
  await operateTenantOften(given, async (operate) => {
    while (users.length < most) {
      const limit = Math.min(PAGE, most - users.length);
      const page = await operate({ do: "list_users", search, after: users.at(-1)?.email ?? "", limit });
      users.push(...page);
      if (page.length < limit) break;
    }
  });
  if (given.flag("json")) {
    for (const user of users) printEvent("user", user);
    return exitCodes.done;
  }
  if (users.length === 0)
    say(search === "" ? "No users yet. Add one: doorcode tenant users add EMAIL" : "No user found.");
  const width = Math.max(0, ...users.map(({ email }) => email.length));
  for (const { email, name, disabled, administrator } of users) {
    const marks = [administrator && "administrator", disabled && "disabled"].filter(Boolean).join(", ");
    printLine(`${email.padEnd(width)}  ${name}${marks === "" ? "" : `  (${marks})`}`);
  }
  return exitCodes.done;
}

/** `doorcode tenant users disable` */
export async function disableUser(given: Arguments): Promise<number> {
  const [email = ""] = given.words;
  const user = await operateTenant(given, { do: "disable_user", email });
  if (given.flag("json")) printEvent("user_disabled", user);
  else say(`Disabled ${named(user)}. Every sign-in has ended.`);
  return exitCodes.done;
}

/** `doorcode tenant users enable` */
export async function enableUser(given: Arguments): Promise<number> {
  const [email = ""] = given.words;
  const user = await operateTenant(given, { do: "enable_user", email });
  if (given.flag("json")) printEvent("user_enabled", user);
  else say(`Enabled ${named(user)}. Earlier sign-ins stay ended.`);
  return exitCodes.done;
}

/** `doorcode tenant users delete` */
export async function deleteUser(given: Arguments, signal: AbortSignal): Promise<number> {
  const [email = ""] = given.words;
  if (!(await agreed(given, `Delete ${printableLine(email)} and everything of this user?`, signal))) return unchanged();
  const user = await operateTenant(given, { do: "delete_user", email });
  if (given.flag("json")) printEvent("user_deleted", user);
  else say(`Deleted ${named(user)}. Every sign-in has ended.`);
  return exitCodes.done;
}

/** `doorcode tenant users edit` */
export async function editUser(given: Arguments, signal: AbortSignal): Promise<number> {
  const [email = ""] = given.words;
  const newEmail = given.text("email") ?? null;
  const name = given.text("name") ?? null;
  const [voidLinks, voidPassword] = [given.flag("void-links"), given.flag("void-password")];
  if (newEmail === null && name === null && !voidLinks && !voidPassword) {
    throw new UsageError("Nothing to change.", "Add --email, --name, --void-links or --void-password.");
  }
  const loses = [
    voidLinks && "make the links in earlier emails useless",
    voidPassword && "make the password useless and end every sign-in",
  ].filter((each) => typeof each === "string");
  if (loses.length > 0) {
    const question = `For ${printableLine(email)}, ${loses.join(", and ")}?`;
    if (!(await agreed(given, question, signal))) return unchanged();
  }
  const edited = await operateTenant(given, {
    ...{ do: "edit_user", email, new_email: newEmail, name },
    ...{ void_links: voidLinks, void_password: voidPassword },
  });
  if (given.flag("json")) {
    printEvent("user_edited", { ...edited, links_voided: voidLinks });
    return exitCodes.done;
  }
  const done = [
    voidLinks && "Links in earlier emails no longer work.",
    voidPassword &&
      (edited.password_voided
        ? "The password no longer works, and every sign-in has ended."
        : "There was no password, so nothing was signed out."),
  ].filter((each) => typeof each === "string");
  say([`Changed ${named(edited)}.`, ...done].join(" "));
  return exitCodes.done;
}

/** `doorcode tenant users reset` */
export async function resetUser(given: Arguments, signal: AbortSignal): Promise<number> {
  const [email = ""] = given.words;
  const question = `Remove the second factors and passkeys of ${printableLine(email)}, and end every sign-in?`;
  if (!(await agreed(given, question, signal))) return unchanged();
  const reset = await operateTenant(given, { do: "reset_user", email });
  if (given.flag("json")) {
    printEvent("user_reset", reset);
    return exitCodes.done;
  }
  const removed = [
    reset.authenticator_app && "the authenticator app",
    reset.recovery_codes > 0 && counted(reset.recovery_codes, "recovery code"),
    reset.passkeys > 0 && counted(reset.passkeys, "passkey"),
  ].filter((each) => typeof each === "string");
  const who = named(reset);
  const what =
    removed.length === 0 ? `${who} had no second factor or passkey` : `Removed ${removed.join(", ")} of ${who}`;
  say(`${what}. Every sign-in has ended; the password stays.`);
  return exitCodes.done;
}

const named = ({ name, email }: Pick<User, "name" | "email">) => printableLine(`${name} <${email}>`);
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function unchanged(): number {
  say("Nothing was changed.");
  return exitCodes.done;
}

/** `doorcode tenant users add` */
export async function addUser(given: Arguments): Promise<number> {
  const [email = ""] = given.words;
  const isGiven = given.flag("password-stdin");
  const password = isGiven ? await readStdin("password") : newPassword();
  const added = await operateTenant(given, {
    do: "add_user",
    email,
    name: given.text("name") ?? null,
    password,
    administrator: given.flag("administrator"),
  });
  if (given.flag("json")) {
    printEvent("user_added", { ...added, ...(isGiven ? {} : { password }) });
    return exitCodes.done;
  }
  const as = added.administrator ? " as an administrator" : "";
  const shown = isGiven ? "" : " Password (shown only once):";
  say(printableLine(`Added ${added.name} <${added.email}>${as}.${shown}`));
  if (!isGiven) printResult(password);
  return exitCodes.done;
}

/** `doorcode tenant recover-administrator` */
export async function recoverAdministrator(given: Arguments): Promise<number> {
  const [email = ""] = given.words;
  const isGiven = given.flag("password-stdin");
  const password = isGiven ? await readStdin("password") : newPassword();
  const recovered = await operateTenant(given, { do: "recover_administrator", email, password });
  const isShown = recovered.added && !isGiven;
  if (given.flag("json")) {
    printEvent("administrator_recovered", { ...recovered, ...(isShown ? { password } : {}) });
    return exitCodes.done;
  }
  const who = printableLine(`${recovered.name} <${recovered.email}>`);
  if (!recovered.added) {
    say(`${who} is an administrator and enabled. The password is unchanged; it can be reset by email.`);
  } else say(`Added ${who} as an administrator.${isShown ? " Password (shown only once):" : ""}`);
  if (isShown) printResult(password);
  return exitCodes.done;
}

/** 100 random bits, in characters that are hard to confuse. */
function newPassword(): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}

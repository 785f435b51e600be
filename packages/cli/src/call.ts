import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { DoorcodeError } from "@doorcode/client";
import type { Arguments } from "./definition/command.ts";
import { CommandError, exitCodes, UsageError } from "./exit-codes.ts";
import { shownValue, whyUnreadable } from "./file-errors.ts";
import { originOf } from "./login.ts";
import { say } from "./output.ts";
import { clientFor, openSettings, remember, signedIn, wantedScopes } from "./settings.ts";
import type { Profile } from "./stored-session.cts";

export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const [url] = given.words;
  if (url === undefined || !URL.canParse(url)) {
    throw new UsageError(
      `${(url && shownValue(url)) || "That"} is not a URL.`,
      "For example: doorcode call https://todo.example/api/todolist",
    );
  }
  const request = await requestOf(given, signal);
  const settings = await openSettings(given);
  const kept = signedIn(settings);
  const scopes = wantedScopes(given, kept);
  const profile = { ...kept, scopes, apis: declared(given, kept, scopes) };
  const session = await clientFor(profile, settings).session(profile.accountId);
  if (session === undefined)
    throw new DoorcodeError("sign_in_needed", { detail: "the account is no longer in the store." });
  if (given.list("origin").length > 0) await remember(settings, { ...kept, apis: declared(given, kept, kept.scopes) });
  const response = await session.fetch(url, request).catch(async (error: unknown) => {
    if (error instanceof DoorcodeError && error.claims !== undefined) {
      await remember(settings, { ...kept, claims: error.claims });
    }
    throw signal.aborted ? signal.reason : plainly(error, url);
  });
  if (given.flag("include")) process.stdout.write(headOf(response));
  await copyToStdout(response);
  if (response.ok) return exitCodes.done;
  say(`doorcode: ${new URL(url).host} answered ${response.status} ${response.statusText}`.trimEnd());
  return exitCodes.unexpected;
}

/** All declared origins belong to one API, that of the profile's scopes. */
function declared(given: Arguments, { apis }: Profile, scopes: string[]): Profile["apis"] {
  const origins = new Set([...apis.map(({ origin }) => origin), ...given.list("origin").map(originOf)]);
  return [...origins].map((origin) => ({ origin, scopes }));
}

async function requestOf(given: Arguments, signal: AbortSignal): Promise<RequestInit> {
  const headers = new Headers();
  for (const header of given.list("header")) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(header) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError("A header has the form 'NAME: VALUE'.", "doorcode call -H 'Accept: text/csv' URL");
    }
    headers.append(name, value);
  }
  const data = given.text("data");
  const body = data === undefined ? undefined : await bodyOf(data);
  if (body !== undefined && !headers.has("content-type")) headers.set("content-type", contentTypeOf(body));
  const method = (given.text("request") ?? (body === undefined ? "GET" : "POST")).toUpperCase();
  return { method, headers, signal, ...(body !== undefined && { body }) };
}

async function bodyOf(data: string): Promise<string | Buffer> {
  if (!data.startsWith("@")) return data;
  if (data === "@-") return await buffer(process.stdin);
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    const why = whyUnreadable(error as NodeJS.ErrnoException);
    throw new UsageError(`The file ${data.slice(1)} with the body ${why}.`, "-d @FILE reads FILE; -d @- reads stdin.");
  }
}

function contentTypeOf(body: string | Buffer): string {
  try {
    JSON.parse(body.toString());
    return "application/json";
  } catch {
    return "text/plain; charset=utf-8";
  }
}

function headOf(response: Response): string {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
  return `HTTP ${response.status} ${response.statusText}`.trimEnd().concat(`\n${headers}\n`);
}

async function copyToStdout({ body }: Response): Promise<void> {
  if (body === null) return;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once("drain", resolve));
  }
}

/** The message of `fetch` is only "fetch failed"; the reason is in its cause. */
function plainly(error: unknown, url: string): unknown {
  const hint = "Declare it once; the profile remembers it: doorcode call --origin ORIGIN URL";
  if (error instanceof DoorcodeError && error.code === "origin_not_declared") {
    return new CommandError(error.code, error.message, hint.replace("ORIGIN", new URL(url).origin), { cause: error });
  }
  if (!(error instanceof TypeError)) return error;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return new CommandError(
    "api_unreachable",
    `${new URL(url).host} cannot be reached (${code ?? message}).`,
    "Check the address. For a private CA, use --ca-file FILE.",
    { cause: error },
  );
}

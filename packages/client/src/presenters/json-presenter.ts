import type { Account, Presenter, SignInEvent } from "../client.ts";
import type { Output } from "./output.ts";

/**
 * Writes one JSON event per line, for programs: `{"v":1,"event":…}`. Times are ISO 8601 in UTC, intervals are
 * milliseconds.
 * @example
 * ```ts
 * import { createClient, jsonPresenter } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   present: jsonPresenter({ stream: process.stdout }),
 * });
 * ```
 */
export function jsonPresenter(options: { stream: Output }): Presenter {
  return {
    show(event) {
      options.stream.write(`${JSON.stringify({ v: 1, ...members(event) })}\n`);
    },
  };
}

function members(event: SignInEvent): object {
  switch (event.event) {
    case "code": {
      const { code } = event;
      return {
        event: "code",
        user_code: code.userCode,
        verification_uri: code.verificationUri,
        verification_uri_complete: code.verificationUriComplete ?? null,
        expires_at: iso(code.expiresAt),
        message: code.message ?? `To sign in, open ${code.verificationUri} and enter the code ${code.userCode}.`,
      };
    }
    case "browser":
      return { event: "browser", url: event.url };
    case "waiting":
      return { event: "waiting", expires_at: iso(event.expiresAt) };
    case "slowed":
      return { event: "slowed", interval: Math.round(event.interval) };
    case "retrying":
      return { event: "retrying", reason: event.reason, delay: Math.round(event.delay) };
    case "signed_in":
      return { event: "signed_in", account: accountMembers(event.account), not_granted: event.notGranted ?? [] };
  }
}

export function accountMembers(account: Account): object {
  return {
    id: account.id,
    username: account.username,
    name: account.name ?? null,
    tenant_id: account.tenantId ?? null,
    issuer: account.issuer,
    authority: account.authority,
    client_id: account.clientId,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

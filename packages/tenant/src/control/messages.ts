import { z } from "zod";
import type { SigningAlgorithm } from "../directory/entities.ts";
import { SIGNING_ALGORITHMS } from "../directory/signing-algorithms.ts";
import type { ListedSignIn } from "./results.ts";
import { type TestingRequest, testingRequests } from "./testing-messages.ts";

/** The most items in one response. */
export const MOST = 1000;

const email = z.string().max(320);
const limit = z.number().int().min(1).max(MOST);

/** One JSON line in each direction over the control socket. The commands of `doorcode tenant` use it. */
export const controlRequest: z.ZodType<ControlRequest> = z.discriminatedUnion("do", [
  z.object({
    do: z.literal("approve"),
    code: z.string().max(64),
    as: z.string().max(320),
    mfa: z.boolean().optional(),
  }),
  z.object({ do: z.literal("deny"), code: z.string().max(64) }),
  z.object({
    do: z.literal("list_users"),
    search: z.string().max(256).optional(),
    after: z.string().max(320).optional(),
    limit: limit.optional(),
  }),
  z.object({
    do: z.literal("add_user"),
    email: z.string().max(320),
    name: z.string().max(256).nullable(),
    password: z.string().max(1024),
    administrator: z.boolean().optional(),
  }),
  z.object({ do: z.literal("disable_user"), email }),
  z.object({ do: z.literal("enable_user"), email }),
  z.object({ do: z.literal("delete_user"), email }),
  z.object({ do: z.literal("reset_user"), email }),
  z.object({
    do: z.literal("edit_user"),
    email,
    new_email: email.nullable(),
    name: z.string().max(256).nullable(),
    void_links: z.boolean(),
    void_password: z.boolean(),
  }),
  z.object({
    do: z.literal("list_sign_ins"),
    email: email.optional(),
    client_id: z.string().max(64).optional(),
    after: z.object({ id: z.string().max(64), created_at: z.string().max(64) }).optional(),
    limit: limit.optional(),
  }),
  z.object({ do: z.literal("revoke_sign_in"), id: z.string().max(64) }),
  z.object({ do: z.literal("revoke_sign_ins"), email: email.nullable() }),
  z.object({ do: z.literal("list_keys") }),
  z.object({ do: z.literal("rotate_keys"), now: z.boolean(), alg: z.enum(SIGNING_ALGORITHMS).default("RS256") }),
  z.object({ do: z.literal("retire_key"), kid: z.string().max(128), now: z.boolean() }),
  z.object({
    do: z.literal("read_audit"),
    after: z.string().max(4096).optional(),
    newest: z.number().int().min(0).max(1_000_000).optional(),
    since: z.string().max(64).optional(),
    event: z.string().max(128).optional(),
    user: email.optional(),
    names: z.boolean().optional(),
  }),
  z.object({
    do: z.literal("list_mails"),
    to: email.optional(),
    since: z.string().max(64).optional(),
    limit: limit.optional(),
  }),
  z.object({ do: z.literal("recover_administrator"), email: z.string().max(320), password: z.string().max(1024) }),
  z.object({ do: z.literal("administrator_token"), purpose: z.literal("export").optional() }),
  z.object({ do: z.literal("list_apps") }),
  z.object({
    do: z.literal("add_certificate"),
    client_id: z.string().max(64),
    /** PEM. */
    certificate: z.string().max(7 * 1024),
    administrator: z.boolean(),
  }),
  z.object({
    do: z.literal("allow_administration"),
    client_id: z.string().max(64),
    /** Null: all. */
    scopes: z.array(z.string().max(256)).max(50).nullable(),
    by_device_code: z.boolean(),
  }),
  z.object({ do: z.literal("remove_certificates"), client_id: z.string().max(64) }),
  z.object({
    do: z.literal("add_secret"),
    client_id: z.string().max(64),
    name: z.string().max(256).nullable(),
    /** Null: two years. */
    days: z.number().int().nullable(),
  }),
  z.object({ do: z.literal("remove_secret"), client_id: z.string().max(64), key_id: z.string().max(64) }),
  ...testingRequests,
]);

/** What an operator can ask a running tenant for. */
export type ControlRequest =
  /** `as`: email address of the user. `mfa`: as if they had shown a second factor, too; embedded tenant only. */
  | { do: "approve"; code: string; as: string; mfa?: boolean | undefined }
  | { do: "deny"; code: string }
  /**
   * `search`: a part of the email address or name. `after`: the email address that the previous page ended with. `limit`:
   * default all.
   */
  | { do: "list_users"; search?: string | undefined; after?: string | undefined; limit?: number | undefined }
  | { do: "add_user"; email: string; name: string | null; password: string; administrator?: boolean | undefined }
  | { do: "disable_user" | "enable_user" | "delete_user" | "reset_user"; email: string }
  /** `new_email`, `name`: null to leave it as it is. */
  | {
      do: "edit_user";
      email: string;
      new_email: string | null;
      name: string | null;
      void_links: boolean;
      void_password: boolean;
    }
  /** `after`: the last one of the previous page. `limit`: default 100. */
  | {
      do: "list_sign_ins";
      email?: string | undefined;
      client_id?: string | undefined;
      after?: Pick<ListedSignIn, "id" | "created_at"> | undefined;
      limit?: number | undefined;
    }
  | { do: "revoke_sign_in"; id: string }
  /** Of one user in programs and browsers, or (null) of all. */
  | { do: "revoke_sign_ins"; email: string | null }
  | { do: "list_keys" }
  | { do: "rotate_keys"; now: boolean; alg?: SigningAlgorithm }
  | { do: "retire_key"; kid: string; now: boolean }
  /**
   * `after`: the cursor of the previous response. Without it, `newest` and `since` (RFC 3339) say where to begin. `user`:
   * email address or object ID.
   */
  | {
      do: "read_audit";
      after?: string | undefined;
      newest?: number | undefined;
      since?: string | undefined;
      event?: string | undefined;
      user?: string | undefined;
      /** With the names of apps and users. */
      names?: boolean | undefined;
    }
  /** The inbox of the embedded tenant. `to`: email address. `since`: RFC 3339. `limit`: default 100. */
  | { do: "list_mails"; to?: string | undefined; since?: string | undefined; limit?: number | undefined }
  | { do: "recover_administrator"; email: string; password: string }
  /** `purpose`: for an export alone; the token only reads. */
  | { do: "administrator_token"; purpose?: "export" | undefined }
  | { do: "list_apps" }
  /** `certificate`: PEM. */
  | { do: "add_certificate"; client_id: string; certificate: string; administrator: boolean }
  /** `scopes`: null for all. */
  | { do: "allow_administration"; client_id: string; scopes: string[] | null; by_device_code: boolean }
  | { do: "remove_certificates"; client_id: string }
  /** `days`: null for two years. */
  | { do: "add_secret"; client_id: string; name: string | null; days: number | null }
  | { do: "remove_secret"; client_id: string; key_id: string }
  | TestingRequest;

export type ControlResponse = { ok: true; result: unknown } | { ok: false; error: ControlFailure };

export interface ControlFailure {
  code: string;
  message: string;
  hint: string;
}

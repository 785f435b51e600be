import { z } from "zod";

/** One JSON line each way over the control socket; `doorcode tenant approve | deny | users | apps | token` are its only speakers. */
export const controlRequest = z.discriminatedUnion("do", [
  z.object({ do: z.literal("approve"), code: z.string().max(64), as: z.string().max(320) }),
  z.object({ do: z.literal("deny"), code: z.string().max(64) }),
  z.object({ do: z.literal("list_users") }),
  z.object({
    do: z.literal("add_user"),
    email: z.string().max(320),
    name: z.string().max(256).nullable(),
    password: z.string().max(1024),
    administrator: z.boolean().optional(),
  }),
  z.object({ do: z.literal("recover_administrator"), email: z.string().max(320), password: z.string().max(1024) }),
  z.object({ do: z.literal("administrator_token") }),
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
]);

export type ControlRequest = z.infer<typeof controlRequest>;

/** What each request is answered with when it succeeds. */
export interface ControlResults {
  /** `by_renewal`: those of the permissions that are not asked now, and that a renewal may add without asking again. */
  approve: { app: string; email: string; permissions: string[]; by_renewal: string[] };
  deny: { app: string };
  list_users: ListedUser[];
  add_user: ListedUser;
  recover_administrator: ListedUser & { added: boolean };
  administrator_token: AdministratorToken;
  list_apps: ListedApp[];
  add_certificate: { app: string; thumbprint: string; expires_at: string; administrator: boolean };
  allow_administration: AllowedAdministration;
  remove_certificates: { app: string; removed: number };
  add_secret: { app: string; key_id: string; secret: string; expires_at: string };
  remove_secret: { client_id: string; key_id: string };
}

/** What an app may ask administrators for from now on. */
export interface AllowedAdministration {
  client_id: string;
  app: string;
  scopes: string[];
  by_device_code: boolean;
}

/** The operator's right to administer the tenant, for ten minutes. */
export interface AdministratorToken {
  token: string;
  /** Base URL of Graph. */
  graph: string;
  /** What a client of it has to trust. */
  ca_file: string;
  /** RFC 3339. */
  expires_at: string;
}

export interface ListedUser {
  id: string;
  email: string;
  name: string;
  created_at: string;
  disabled: boolean;
  administrator: boolean;
}

export interface ListedApp {
  client_id: string;
  name: string;
  disabled: boolean;
  /** Has application permissions at Graph. */
  administrator: boolean;
  /** Thumbprints are SHA-256, hexadecimal; times RFC 3339. */
  certificates: { thumbprint: string; expires_at: string }[];
  /** `hint`: the first three characters. */
  secrets: { key_id: string; name: string | null; hint: string | null; expires_at: string }[];
}

export type ControlResponse = { ok: true; result: unknown } | { ok: false; error: ControlFailure };

export interface ControlFailure {
  code: string;
  message: string;
  hint: string;
}

import { z } from "zod";
import type { FaultEndpoint } from "../testing/fault-list.ts";

const app = z.string().max(256);
const name = z.string().max(128);

/** What testers ask for, over the same socket as the operator. */
export const testingRequests = [
  z.object({ do: z.literal("read_clock") }),
  z.object({ do: z.literal("advance_clock"), ms: z.number() }),
  z.object({ do: z.literal("set_clock"), time: z.string().max(64), back: z.boolean() }),
  z.object({ do: z.literal("reset_clock") }),
  z.object({ do: z.literal("list_faults") }),
  z.object({
    do: z.literal("add_fault"),
    // The tenant's own error names those that there are.
    endpoint: z.string().max(64) as z.ZodType<FaultEndpoint>,
    app: app.optional(),
    times: z.number().optional(),
    status: z.union([z.literal(429), z.literal(503)]).optional(),
    retry_after: z.number().optional(),
    aadsts: z.number().optional(),
    cut: z.boolean().optional(),
    delay_ms: z.number().optional(),
  }),
  z.object({ do: z.literal("clear_faults"), id: z.string().max(64).optional() }),
  z.object({ do: z.literal("list_snapshots") }),
  z.object({ do: z.literal("create_snapshot"), name, replace: z.boolean() }),
  z.object({ do: z.literal("restore_snapshot"), name }),
  z.object({ do: z.literal("delete_snapshot"), name }),
  z.object({
    do: z.literal("issue_token"),
    as: z.string().max(320),
    app,
    scopes: z.array(z.string().max(512)).max(50),
    mfa: z.boolean(),
  }),
  z.object({ do: z.literal("check_token"), token: z.string().max(20 * 1024), api: z.string().max(512) }),
] as const;

/** See `Testing`. */
export type TestingRequest =
  | { do: "read_clock" }
  /** Forward, by milliseconds. */
  | { do: "advance_clock"; ms: number }
  /** `time`: RFC 3339. `back`: it may be earlier than now. */
  | { do: "set_clock"; time: string; back: boolean }
  | { do: "reset_clock" }
  | { do: "list_faults" }
  /** See `FaultInput`. */
  | {
      do: "add_fault";
      endpoint: FaultEndpoint;
      app?: string | undefined;
      times?: number | undefined;
      status?: 429 | 503 | undefined;
      retry_after?: number | undefined;
      aadsts?: number | undefined;
      cut?: boolean | undefined;
      delay_ms?: number | undefined;
    }
  /** Without `id`, all. */
  | { do: "clear_faults"; id?: string | undefined }
  | { do: "list_snapshots" }
  | { do: "create_snapshot"; name: string; replace: boolean }
  | { do: "restore_snapshot" | "delete_snapshot"; name: string }
  /** `as`: email address. `app`: client ID or name. */
  | { do: "issue_token"; as: string; app: string; scopes: string[]; mfa: boolean }
  /** `api`: client ID, name or identifier URI. */
  | { do: "check_token"; token: string; api: string };

/** The responses. Times follow RFC 3339. */
export interface TestingResults {
  /** The tenant's clock. */
  read_clock: ListedClock;
  /** The tenant's clock after the move. */
  advance_clock: ListedClock;
  /** The tenant's clock after the move. */
  set_clock: ListedClock;
  /** The tenant's clock, which is this computer's again. */
  reset_clock: ListedClock;
  /** In the order in which they apply. */
  list_faults: ListedFault[];
  /** The fault that was added. */
  add_fault: ListedFault;
  /** `cleared`: how many faults. */
  clear_faults: { cleared: number };
  /** By name. */
  list_snapshots: ListedSnapshot[];
  /** The snapshot that was created. */
  create_snapshot: ListedSnapshot;
  /** The snapshot that the tenant has returned to. */
  restore_snapshot: ListedSnapshot;
  /** The snapshot that was deleted. */
  delete_snapshot: { name: string };
  /** An access token. */
  issue_token: { token: string; expires_at: string; scopes: string[] };
  /** What the guard of the API says about a token. */
  check_token: ListedCheck;
}

/** The tenant's clock. */
export interface ListedClock {
  /** RFC 3339. */
  now: string;
  /** How far it is ahead of this computer's clock, in milliseconds; negative if it is behind. */
  ahead_ms: number;
  /** The move was backwards. */
  went_back: boolean;
}

/** A fault that still applies. */
export interface ListedFault {
  /** Identifies it. */
  id: string;
  /** Which endpoint fails. */
  endpoint: FaultEndpoint;
  /** For whose requests; null for all. */
  client_id: string | null;
  /** To how many requests it still applies. */
  left: number;
  /** To how many it has applied. */
  used: number;
  /** The status of the answer; null for another kind of fault. */
  status: 429 | 503 | null;
  /** Seconds in `Retry-After`. */
  retry_after: number;
  /** Entra's error number; null for another kind of fault. */
  aadsts: number | null;
  /** Whether the connection is closed without an answer. */
  cut: boolean;
  /** Milliseconds before the answer. */
  delay_ms: number;
}

/** A copy of the tenant. */
export interface ListedSnapshot {
  /** Its name. */
  name: string;
  /** By this computer's clock. */
  created_at: string;
  /** Size of its file. */
  bytes: number;
}

/** What the guard of an API says about a token. */
export interface ListedCheck {
  /** The header; null if it is no JWT. */
  header: Record<string, unknown> | null;
  /** The claims; null if it is no JWT. */
  claims: Record<string, unknown> | null;
  /** The API, and the profile of its guard. */
  api: { client_id: string; name: string; profile: "entra" | "rfc9068" };
  /** Whether the guard takes it. */
  accepted: boolean;
  /** Why not: the `code` of the guard's error, and a sentence. The first one is what the guard says. */
  reasons: { code: string; message: string }[];
  /** How far the tenant's clock, which decides here, is ahead, in milliseconds. */
  clock_ahead_ms: number;
}

import { randomUUID } from "node:crypto";
import { type AdminContext, auditRecord, OPERATOR } from "../admin/admin-context.ts";
import type { App } from "../directory/entities.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { isAadsts } from "./aadsts.ts";
import { FAULT_ENDPOINTS, type Fault, type FaultEndpoint } from "./fault-list.ts";
import { type RefusedUse, TestingRefusal } from "./refusal.ts";
import type { TestingContext } from "./testing-context.ts";

/** Those whose requests name no app. */
const WITHOUT_APP: readonly FaultEndpoint[] = ["keys", "metadata"];
/** Those that answer with the errors of RFC 6749 §5.2, which have a number in Entra. */
const WITH_NUMBERS: readonly FaultEndpoint[] = ["devicecode", "revoke", "token", "userinfo"];

const MOST_TIMES = 1_000_000;
const LONGEST_DELAY_MS = 10 * 60_000;
const LONGEST_RETRY_SECONDS = 24 * 60 * 60;
const MOST_FAULTS = 100;
const RETRY_AFTER_SECONDS = 5;

/** What happens to the next requests of an endpoint. */
export interface FaultInput {
  /** Which endpoint. */
  endpoint: FaultEndpoint;
  /** Client ID or name of an app. Default: all requests. */
  app?: string | undefined;
  /** How many requests. Default: 1. */
  times?: number | undefined;
  /** The answer: too many requests, or unavailable, each with `Retry-After`. */
  status?: 429 | 503 | undefined;
  /** Seconds in `Retry-After`, with `status`. Default: 5. */
  retryAfterSeconds?: number | undefined;
  /** The answer: Entra's error of this number, such as 53003. */
  aadsts?: number | undefined;
  /** The connection is closed without an answer. */
  cut?: boolean | undefined;
  /** Milliseconds of real time before the request is answered. Alone, the answer is the usual one. */
  delayMs?: number | undefined;
}

/** Makes endpoints fail. A restart of the tenant ends all faults. */
export interface FaultControl {
  /**
   * Lets the next requests of an endpoint fail. Polls that are held already are not such requests. Several faults apply
   * in the order in which they were added, one to each request.
   * @throws TenantError `testing_off`, `fault_refused`, `app_unknown`
   */
  add(fault: FaultInput): Promise<Fault>;
  /** Lists the faults that still apply. */
  list(): Fault[];
  /**
   * Ends one fault, or all. Returns how many were ended.
   * @throws TenantError `testing_off`
   */
  clear(id?: string): Promise<number>;
}

export function faultControl(ctx: TestingContext): FaultControl {
  const { faults } = ctx;
  const { store, clock } = ctx.tenant;
  return {
    async add(given) {
      const checked = checkedFault(given);
      const app = given.app === undefined ? undefined : await findAppByName(ctx.tenant, given.app);
      if (faults.list().length >= MOST_FAULTS)
        throw refused(`There are ${MOST_FAULTS} faults already.`, CLEAR, "too_many_faults");
      const fault: Fault = { id: randomUUID(), ...checked, clientId: app?.clientId ?? null, used: 0 };
      const { id, clientId, used, ...detail } = fault;
      await store.audit.write(
        auditRecord(OPERATOR, clock.now(), "testing.fault_added", withoutNull(detail), { clientId }),
      );
      faults.add(fault);
      return { ...fault };
    },
    list: () => faults.list(),
    async clear(id) {
      const count = faults.list().filter((fault) => id === undefined || fault.id === id).length;
      if (count === 0) return 0;
      await store.audit.write(auditRecord(OPERATOR, clock.now(), "testing.faults_cleared", { count }));
      return faults.remove(id);
    },
  };
}

/**
 * An app by its client ID or its name.
 *
 * @throws TenantError `app_unknown`
 */
export async function findAppByName({ store }: Pick<AdminContext, "store">, given: string): Promise<App> {
  const name = given.trim();
  const app = await store.directory.findApp(name.toLowerCase());
  if (app) return app;
  const named = (await store.directory.listApps()).filter((each) => each.name.toLowerCase() === name.toLowerCase());
  if (named.length === 1) return named[0]!;
  // What was given is not repeated: it may be the secret of an app, pasted instead of its ID.
  const which = named.length === 0 ? "No app has this client ID or name." : `${named.length} apps have this name.`;
  throw new TenantError("app_unknown", which, "Use a client ID. List the apps: doorcode tenant apps");
}

/** @throws TenantError `fault_refused` */
function checkedFault(given: FaultInput): Omit<Fault, "id" | "clientId" | "used"> {
  const { endpoint, times = 1, status, aadsts, cut = false, delayMs = 0 } = given;
  const { retryAfterSeconds = RETRY_AFTER_SECONDS } = given;
  if (!FAULT_ENDPOINTS.includes(endpoint)) {
    throw refused(`There is no endpoint ${endpoint}.`, `Use one of ${FAULT_ENDPOINTS.join(", ")}.`);
  }
  if (given.app !== undefined && WITHOUT_APP.includes(endpoint)) {
    throw refused(`Requests for ${endpoint} name no app.`, "Leave out the app.", "app_unused");
  }
  whole("times", times, 1, MOST_TIMES);
  whole("delayMs", delayMs, 0, LONGEST_DELAY_MS);
  whole("retryAfterSeconds", retryAfterSeconds, 0, LONGEST_RETRY_SECONDS);
  const answers = [status !== undefined, aadsts !== undefined, cut].filter(Boolean).length;
  if (answers > 1 || (answers === 0 && delayMs === 0)) {
    throw refused(
      "A fault is one answer, late or not.",
      "Give a status, an AADSTS number, a cut connection or a delay.",
    );
  }
  if (status !== undefined && status !== 429 && status !== 503) {
    throw refused(`A fault cannot answer with the status ${status}.`, "Use 429 or 503, or an AADSTS number.");
  }
  if (aadsts !== undefined && !WITH_NUMBERS.includes(endpoint)) {
    throw refused(
      `Answers of ${endpoint} have no AADSTS number.`,
      `Use one of ${WITH_NUMBERS.join(", ")}.`,
      "number_unused",
    );
  }
  if (aadsts !== undefined && !isAadsts(aadsts)) {
    throw refused(`${aadsts} is not a number of AADSTS.`, "Give its digits, for example 53003.", "number_invalid");
  }
  return {
    ...{ endpoint, left: times, status: status ?? null, retryAfterSeconds, aadsts: aadsts ?? null },
    ...{ cut, delayMs },
  };
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refused(
    `${name} cannot be ${value}.`,
    `Give a whole number from ${least} to ${most}.`,
    name === "times" ? "times_invalid" : "other",
  );
}

const withoutNull = (detail: object): Record<string, string | number | boolean> =>
  Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null));

const CLEAR = "End them first: doorcode tenant fault clear";

const refused = (message: string, hint: string, why?: RefusedUse) =>
  new TestingRefusal("fault_refused", message, hint, why);

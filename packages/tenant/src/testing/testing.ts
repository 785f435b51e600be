import { Mutex } from "../kernel/mutex.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Clock } from "../kernel/time.ts";
import { type CheckedToken, checkToken } from "./check-token.ts";
import { type TestClock, testClock } from "./clock.ts";
import { type FaultControl, faultControl } from "./faults.ts";
import { type IssuedToken, issueTestToken, type TokenInput } from "./issue-token.ts";
import { type SnapshotControl, snapshotControl } from "./snapshots.ts";
import type { TestingContext } from "./testing-context.ts";

/**
 * What testers can do with a tenant: only with SQLite, on this computer's own addresses, and only until it is turned off
 * (`testing: false`). Otherwise each call throws a TenantError `testing_off`. Each use is in the audit log.
 */
export interface Testing {
  /** Whether the tenant allows it. */
  readonly allowed: boolean;
  /** The tenant's clock. */
  readonly clock: TestClock;
  /** Makes endpoints fail. */
  readonly faults: FaultControl;
  /** Copies of the tenant to return to. */
  readonly snapshots: SnapshotControl;
  /**
   * Issues an access token for a user, an app and scopes, with every rule of a sign-in with a device code.
   * @throws TenantError `testing_off`, `app_unknown`, `token_refused`, and as `approve`
   */
  issueToken(input: TokenInput): Promise<IssuedToken>;
  /**
   * Decodes a token, and says whether the guard of an API takes it.
   * @throws TenantError `testing_off`, `api_unknown`
   */
  checkToken(token: string, options: CheckTokenOptions): Promise<CheckedToken>;
}

/** What {@link Testing.checkToken} needs besides the token. */
export interface CheckTokenOptions {
  /** The API: its client ID, name or identifier URI. */
  api: string;
}

/** The powers over a tenant that allows them. */
export function createTesting(ctx: TestingContext): Testing {
  const turns = new Mutex();
  return {
    allowed: true,
    clock: testClock(ctx, turns),
    faults: faultControl(ctx),
    snapshots: snapshotControl(ctx, turns),
    issueToken: (input) => issueTestToken(ctx.tenant, input),
    checkToken: (token, { api }) => checkToken(ctx, token, api),
  };
}

/** The same for a tenant that does not: nothing can be done with it, and its clock can be read. */
export function noTesting(clock: Pick<Clock, "now">): Testing {
  const refuse = async (): Promise<never> => {
    throw testingOff();
  };
  return {
    allowed: false,
    clock: {
      now: () => clock.now(),
      read: () => ({ now: clock.now(), aheadMs: 0, wentBack: false }),
      ...{ advance: refuse, sleep: refuse, set: refuse, reset: refuse },
    },
    faults: { add: refuse, list: () => [], clear: refuse },
    snapshots: { list: refuse, create: refuse, restore: refuse, delete: refuse },
    issueToken: refuse,
    checkToken: refuse,
  };
}

export const testingOff = (): TenantError =>
  new TenantError(
    "testing_off",
    "This tenant has no powers for testers.",
    "Only a tenant of doorcode tenant start on SQLite has them, without --no-testing. Start one for the test, in a folder of its own (--data).",
  );

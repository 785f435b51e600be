// `@doorcode/tenant/testing`: a tenant for the tests of a program, whatever runs them.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Approval } from "../admin/decisions.ts";
import type { NewAccount } from "../admin/people.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { RunningTenant } from "../server/running-tenant.ts";
import { type StartOptions, startTenant } from "../server/start-tenant.ts";
import type { Fault } from "../testing/fault-list.ts";
import type { FaultInput } from "../testing/faults.ts";
import type { Testing } from "../testing/testing.ts";
import { Mailbox, type TestMails } from "./mailbox.ts";

export type { MailFilter, TestMail, TestMails } from "./mailbox.ts";

/** Options of `startTestTenant`. */
export interface TestTenantOptions<Name extends string = string>
  extends Pick<StartOptions, "branding" | "clock" | "domain" | "limits" | "log" | "signingKeyPair" | "signUpAllowed"> {
  /**
   * The accounts to start with, by a name of your choice: an email address, or an account. One without a password gets
   * a random one.
   */
  people?: Readonly<Record<Name, string | NewAccount>>;
  /** The port of the issuer. Default: 0, any free one. */
  port?: number;
  /** A folder that stays, with the tenant's database. Default: a temporary one, and a database in memory. */
  dataDir?: string;
}

/** An account of a test tenant. */
export interface TestPerson {
  /** Object ID. */
  id: string;
  /** The address that it signs in with. */
  email: string;
  /** Display name. */
  name: string;
  /** The password. */
  password: string;
}

/** A moment to which a test tenant can return. */
export interface TestSnapshot extends AsyncDisposable {
  /** Returns to it, as often as wanted. See `SnapshotControl.restore`. */
  restore(): Promise<void>;
  /** Deletes it. `await using` does the same at the end of its block. */
  delete(): Promise<void>;
}

/** A running tenant, and what its tests do with it. */
export interface TestTenant<Name extends string = string>
  extends Omit<RunningTenant, "approve" | "mails" | "testing">,
    Omit<Testing, "allowed">,
    AsyncDisposable {
  /** The accounts of the options. */
  people: Record<Name, TestPerson>;
  /**
   * Approves a device's code, with all checks that the user's browser would pass.
   * @param options.as email address. Default: the first one of `people`
   * @param options.mfa as if the user had a second factor, too. Default: false
   * @throws TenantError as `RunningTenant.approve`
   */
  approve(code: string, options?: { as?: string; mfa?: boolean }): Promise<Approval>;
  /** Mails, as they arrive. */
  mails: TestMails;
  /** Lets the next requests of an endpoint fail: `faults.add`. */
  fault(fault: FaultInput): Promise<Fault>;
  /** A moment to which the tenant can return: of this moment, with a name of its own. */
  snapshot(): Promise<TestSnapshot>;
}

/**
 * Starts a tenant for tests, on free ports of this computer. Close it at the end, or use `await using`.
 * @throws TenantError as `startTenant`
 * @example
 * ```ts
 * import { startTestTenant } from "@doorcode/tenant/testing";
 *
 * await using tenant = await startTestTenant({ people: { ada: "ada@contoso.example" } });
 * await tenant.fault({ endpoint: "token", status: 503, times: 2 });
 * await tenant.clock.advance(15 * 60_000);
 * console.log(tenant.authority, tenant.people.ada.password);
 * ```
 */
export async function startTestTenant<Name extends string = never>(
  options: TestTenantOptions<Name> = {},
): Promise<TestTenant<Name>> {
  const { people: wanted, dataDir: stays, ...rest } = options;
  const mailbox = new Mailbox();
  await using stack = new AsyncDisposableStack();
  const dataDir = stays ?? (await temporaryFolder(stack));
  const store = { sqlite: stays === undefined ? ":memory:" : join(stays, "tenant.db") };
  const tenant = await startTenant({ port: 0, ...rest, dataDir, store, onMail: mailbox.arrived });
  stack.defer(() => tenant.close());
  const people = await addPeople(tenant, wanted);
  const { allowed: _, ...testing } = tenant.testing;
  const { mails: _mails, testing: _testing, ...running } = tenant;
  const ending = stack.move();
  const close = () => ending.disposeAsync();
  return {
    ...running,
    ...testing,
    people,
    mails: mailbox,
    approve(code, { as = Object.values<TestPerson>(people)[0]?.email, mfa = false } = {}) {
      if (as === undefined) throw userNeeded();
      return tenant.approve(code, { as, mfa });
    },
    fault: (fault) => testing.faults.add(fault),
    async snapshot() {
      const name = `test-${randomUUID()}`;
      await testing.snapshots.create(name);
      let isThere = true;
      const remove = async () => {
        if (!isThere) return;
        isThere = false;
        await testing.snapshots.delete(name);
      };
      return {
        async restore() {
          await testing.snapshots.restore(name);
          mailbox.forget();
        },
        delete: remove,
        [Symbol.asyncDispose]: remove,
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function temporaryFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-test-tenant-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** @throws TenantError `email_taken` if a folder has one from an earlier start */
async function addPeople<Name extends string>(
  { admin }: RunningTenant,
  wanted: TestTenantOptions<Name>["people"],
): Promise<Record<Name, TestPerson>> {
  const people: Record<string, TestPerson> = {};
  for (const [name, given] of Object.entries<string | NewAccount>(wanted ?? {})) {
    const account = typeof given === "string" ? { email: given } : given;
    const password = account.password ?? randomBytes(12).toString("base64url");
    const { id, email, displayName } = await admin.people.add({ ...account, password });
    people[name] = { id, email, name: displayName, password };
  }
  return people;
}

const userNeeded = () =>
  new TenantError("usage", "No user is named.", "Pass { as: email }, or start the tenant with people.");

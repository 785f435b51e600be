import { constants } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { auditRecord, OPERATOR } from "../admin/admin-context.ts";
import { giveName, naming, syncFolder, temporaryName } from "../kernel/data-folder.ts";
import type { Mutex } from "../kernel/mutex.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { FINGERPRINT } from "../storage/sealed.ts";
import { applyClock, clockAheadIn } from "./clock.ts";
import { type RefusedUse, TestingRefusal } from "./refusal.ts";
import type { TestingContext } from "./testing-context.ts";

/** A named copy of everything in the tenant. */
export interface Snapshot {
  /** Its name. */
  name: string;
  /** When it was created, by this computer's clock: milliseconds since the epoch. */
  createdAt: number;
  /** Size of its file in bytes. */
  bytes: number;
}

/**
 * Copies of the whole tenant, to return to. They stay in the data folder until they are deleted. Their names have up to
 * 64 letters, digits, dots, hyphens and underscores, and do not begin with a dot.
 */
export interface SnapshotControl {
  /** Lists them by name. */
  list(): Promise<Snapshot[]>;
  /**
   * Creates one of this moment.
   * @param options.replace replace one of the same name. Default: false
   * @throws TenantError `testing_off`, `snapshot_refused`
   */
  create(name: string, options?: { replace?: boolean }): Promise<Snapshot>;
  /**
   * Returns the tenant to a snapshot, at once: users, apps, settings, sign-ins, codes, mails, the clock. What was
   * valid then is valid again, also what was used since. Requests that wait are answered. The audit log, faults and
   * signing keys that clients already know are not undone.
   * @throws TenantError `testing_off`, `snapshot_unknown`, `snapshot_refused`
   */
  restore(name: string): Promise<Snapshot>;
  /**
   * Deletes one.
   * @throws TenantError `testing_off`, `snapshot_unknown`
   */
  delete(name: string): Promise<void>;
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;
const ENDING = ".db";

/** This start's own, whatever the snapshot says. */
const KEPT_SETTINGS = ["issuer"];

export function snapshotControl(ctx: TestingContext, turns: Mutex): SnapshotControl {
  const { snapshotDir: dir } = ctx;
  const { store, clock, pollPace } = ctx.tenant;

  const fileOf = (name: string): string => {
    if (NAME.test(name) && !name.endsWith(ENDING)) return join(dir, name + ENDING);
    const hint = "Use letters, digits, dots, hyphens and underscores.";
    throw refused("This cannot be the name of a snapshot.", hint, "name_invalid");
  };
  const snapshotIn = async (file: string, name: string): Promise<Snapshot> => {
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") throw unknown(name);
      throw error;
    });
    return { name, createdAt: Math.round(found.mtimeMs), bytes: found.size };
  };
  const record = (event: "created" | "deleted" | "restored", name: string) =>
    auditRecord(OPERATOR, clock.now(), `testing.snapshot_${event}`, { snapshot: name });
  /** One after another: a restore moves the clock, and a name belongs to one file. */
  const inTurn = async <T>(name: string, work: (file: string) => Promise<T>): Promise<T> => {
    const file = fileOf(name);
    await turns.acquire();
    try {
      return await naming(file, () => work(file));
    } finally {
      turns.release();
    }
  };

  return {
    async list() {
      const files = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
      const names = files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
      return Promise.all(names.sort().map((name) => snapshotIn(join(dir, name + ENDING), name)));
    },

    create: (name, { replace = false } = {}) =>
      inTurn(name, async (file) => {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const temporary = temporaryName(file);
        try {
          // Created first, for its mode.
          await (await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)).close();
          await store.snapshots.write(temporary);
          if (replace) {
            await rename(temporary, file);
            await syncFolder(dir);
          } else await giveName(temporary, file).catch(alreadyThere(name));
        } finally {
          await rm(temporary, { force: true });
        }
        // Recorded after the copy, which does not contain its own record.
        await store.audit.write(record("created", name));
        return snapshotIn(file, name);
      }),

    restore: (name) =>
      inTurn(name, async (file) => {
        const snapshot = await snapshotIn(file, name);
        await checkSnapshot(ctx, file, name);
        await store.snapshots.restore({ file, keep: KEPT_SETTINGS, audit: record("restored", name) });
        pollPace.clear();
        applyClock(ctx, await clockAheadIn(store));
        await ctx.reload();
        return snapshot;
      }),

    delete: (name) =>
      inTurn(name, async (file) => {
        await snapshotIn(file, name);
        await store.audit.write(record("deleted", name));
        for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) await rm(each, { force: true });
      }),
  };
}

/** Another tenant's, or one whose secrets this tenant can no longer open, would replace everything with nothing usable. */
async function checkSnapshot({ tenant, checkCopy }: TestingContext, file: string, name: string): Promise<void> {
  const { store } = tenant;
  try {
    checkCopy(file);
  } catch (cause) {
    const { message } = cause as Error;
    throw refused(`The snapshot ${name} cannot be used: ${message}`, "Create another one.", "other", cause);
  }
  const names = ["tenant_id", FINGERPRINT];
  const found = await store.snapshots.prepare(file, names);
  const own = await Promise.all(names.map((each) => store.directory.setting(each)));
  if (names.every((each, index) => found[each] === own[index])) return;
  throw refused(
    `The snapshot ${name} is of another tenant, or of the time before its seal key was replaced.`,
    "Create another one.",
  );
}

const alreadyThere = (name: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== "EEXIST") throw error;
  const hint = "Use another name, or replace it: --replace (TypeScript: { replace: true }).";
  throw refused(`There is a snapshot ${name} already.`, hint, "name_taken", error);
};

const refused = (message: string, hint: string, why?: RefusedUse, cause?: unknown) =>
  new TestingRefusal("snapshot_refused", message, hint, why, cause);

const unknown = (name: string) =>
  new TenantError("snapshot_unknown", `There is no snapshot ${name}.`, "List them: doorcode tenant snapshot");

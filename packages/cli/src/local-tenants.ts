import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultStoreDirectory, localTenant, openFileStore } from "@doorcode/client";

/** A tenant of `doorcode tenant start` that runs on this machine, as its file in the state folder describes it. */
export interface LocalTenant {
  pid: number;
  /** `https://localhost:PORT/<tenant ID>`. */
  authority: string;
  /** Origin of its pages on this machine. Null: they are on the local network. */
  pages: string | null;
  /** Its CA (PEM). It is in the user's own state folder, so no other user can name one. */
  caFile: string;
  /** `scopes`: what an administrator consented to, qualified. */
  apps: { name: string; client_id: string; scopes: string[] }[];
  apis: { name: string; client_id: string; scopes: string[] }[];
}

/** Larger than an entry of thousands of apps. */
const LARGEST = 4 * 1024 * 1024;

const folderOf = (env: NodeJS.ProcessEnv): string => join(defaultStoreDirectory(env), "tenants");

/** What `doorcode login` learns about a tenant. */
export type Announced = Omit<LocalTenant, "pid" | "caFile">;

export interface Announcement {
  /** Apps or APIs have changed. */
  update(tenant: Announced): Promise<void>;
  end(): Promise<void>;
}

/**
 * Announces this process's tenant to `doorcode login` of the same user, and clears away what earlier tenants left. The
 * entry is removed at the end; one that a killed process leaves is ignored and removed by the next reader.
 *
 * @param ca the tenant's CA, PEM
 * @returns undefined if the state folder cannot be used: the tenant runs without an entry
 */
export async function announceTenant(
  tenant: Announced,
  ca: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Announcement | undefined> {
  try {
    const folder = folderOf(env);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await isPrivate(folder))) return undefined;
    const file = join(folder, `${process.pid}.json`);
    const write = ({ authority, pages, apps, apis }: Announced) =>
      writePrivate(file, JSON.stringify({ v: 1, pid: process.pid, authority, pages, apps, apis }));
    // Kept after the end, because profiles name it. The next start of the same tenant has the same CA.
    await writePrivate(caFileOf(folder, tenant.authority), ca);
    await write(tenant);
    await clearAway(folder, tenant.authority, env).catch(() => undefined);
    return {
      update: (changed) => write(changed).catch(() => undefined),
      end: () => rm(file, { force: true }).catch(() => undefined),
    };
  } catch {
    return undefined;
  }
}

/** Where the CA of a tenant is kept that was announced. */
export const caFileFor = (authority: string, env: NodeJS.ProcessEnv = process.env): string =>
  caFileOf(folderOf(env), authority);

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes entries of killed processes, also those that said they were this tenant and whose number another process has
 * now; unfinished files; and CAs that no entry and no profile names. A CA of today may be of a sign-in that goes on.
 */
async function clearAway(folder: string, own: string, env: NodeJS.ProcessEnv): Promise<void> {
  const named = new Set<string>();
  for (const name of (await readdir(folder)).filter(isEntry)) {
    const pid = Number.parseInt(name, 10);
    const entry = await entryIn(folder, name).catch(() => undefined);
    const isReplaced = pid !== process.pid && entry?.authority === own;
    if (isReplaced || !isAlive(pid)) await removeOwn(join(folder, name));
    else if (entry) named.add(caFileOf(folder, entry.authority));
  }
  const store = await openFileStore({ directory: defaultStoreDirectory(env) });
  for (const [, record] of (await store.read()).records) {
    const { caFile } = isObject(record) ? record : {};
    if (typeof caFile === "string") named.add(caFile);
  }
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const [, writer] = /\.(\d+)\.tmp$/.exec(name) ?? [];
    const isLeft = writer !== undefined && !isAlive(Number(writer));
    const isUnnamed = name.endsWith(".pem") && !named.has(path) && (await lstat(path)).mtimeMs < Date.now() - DAY_MS;
    if (isLeft || isUnnamed) await removeOwn(path);
  }
}

/**
 * The tenants of this user that run on this machine. An entry counts only if this user alone can have written it, it
 * names an address of this machine, and that tenant answers there with a certificate of its CA.
 */
export async function localTenants(env: NodeJS.ProcessEnv = process.env): Promise<LocalTenant[]> {
  const folder = folderOf(env);
  if (!(await isPrivate(folder).catch(() => false))) return [];
  const names = (await readdir(folder)).filter(isEntry);
  const found = await Promise.all(names.map((name) => runningIn(folder, name).catch(() => undefined)));
  // Another process may have the number of a killed one, whose tenant was started again.
  const byAuthority = new Map(found.flatMap((each) => (each === undefined ? [] : [[each.authority, each] as const])));
  return [...byAuthority.values()].sort((one, other) => one.authority.localeCompare(other.authority));
}

const isEntry = (name: string): boolean => /^[1-9]\d{0,9}\.json$/.test(name);

/** What a killed process left is removed before anything is read or asked, whatever it contains. */
async function runningIn(folder: string, name: string): Promise<LocalTenant | undefined> {
  if (!isAlive(Number.parseInt(name, 10))) {
    await removeOwn(join(folder, name));
    return undefined;
  }
  const entry = await entryIn(folder, name);
  if (entry === undefined) return undefined;
  const caFile = caFileOf(folder, entry.authority);
  const ca = await readPrivate(caFile);
  const answering = ca && (await localTenant(new URL(entry.authority).host, { ca }));
  return answering === entry.authority ? { ...entry, caFile } : undefined;
}

async function entryIn(folder: string, name: string): Promise<Omit<LocalTenant, "caFile"> | undefined> {
  const text = await readPrivate(join(folder, name));
  return text === undefined ? undefined : entryOf(text, Number.parseInt(name, 10));
}

/** Not what another user put here. */
async function removeOwn(path: string): Promise<void> {
  const { uid } = await lstat(path);
  if (process.getuid === undefined || uid === process.getuid()) await rm(path, { force: true });
}

const AUTHORITY =
  /^https:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const PAGES = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** The entry, if it has the right shape. Other members are ignored, so that a later version can add some. */
function entryOf(text: string, pid: number): Omit<LocalTenant, "caFile"> | undefined {
  const entry: unknown = JSON.parse(text);
  if (!isObject(entry) || entry.v !== 1 || entry.pid !== pid) return undefined;
  const { authority, pages, apps, apis } = entry;
  if (typeof authority !== "string" || !AUTHORITY.test(authority) || !isList(apps) || !isList(apis)) return undefined;
  if (pages !== null && (typeof pages !== "string" || !PAGES.test(pages))) return undefined;
  return { pid, authority, pages, apps, apis };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isList(value: unknown): value is LocalTenant["apps"] {
  return (
    Array.isArray(value) &&
    value.every(
      (each: unknown) =>
        isObject(each) &&
        typeof each.name === "string" &&
        typeof each.client_id === "string" &&
        Array.isArray(each.scopes) &&
        each.scopes.every((scope) => typeof scope === "string"),
    )
  );
}

/** The path of an authority is its tenant's ID. */
const caFileOf = (folder: string, authority: string): string =>
  join(folder, `${new URL(authority).pathname.slice(1)}.pem`);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Also EPERM: the process of another user, which has the number of one that ended.
    return false;
  }
}

const isOwn = ({ uid, mode }: { uid: number; mode: number }): boolean =>
  process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);

async function isPrivate(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && isOwn(found);
}

/** Undefined for anything but a file of this user that others cannot access. Follows no link. */
async function readPrivate(path: string): Promise<string | undefined> {
  return using(
    await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
    async (file) => {
      const found = await file.stat();
      if (!found.isFile() || !isOwn(found) || found.size > LARGEST) return undefined;
      return file.readFile("utf8");
    },
  );
}

/** Whole or not at all, also while others read it. */
async function writePrivate(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await using(await open(temporary, "wx", 0o600), (file) => file.writeFile(text));
  await rename(temporary, path);
}

async function using<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

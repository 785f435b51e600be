import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultStoreDirectory, localTenant } from "@doorcode/client";

/** A tenant of `doorcode tenant start` that runs on this machine, as its file in the state folder describes it. */
export interface LocalTenant {
  pid: number;
  /** `https://localhost:PORT/<tenant ID>`. */
  authority: string;
  /** Its CA (PEM). It is in the user's own state folder, so no other user can name one. */
  caFile: string;
  /** `scopes`: what an administrator consented to, qualified. */
  apps: { name: string; client_id: string; scopes: string[] }[];
  apis: { name: string; client_id: string; scopes: string[] }[];
}

/** Larger than an entry of thousands of apps. */
const LARGEST = 4 * 1024 * 1024;

const folderOf = (env: NodeJS.ProcessEnv): string => join(defaultStoreDirectory(env), "tenants");

/**
 * Announces this process's tenant to `doorcode login` of the same user. The entry is removed by the returned function; one
 * that a killed process leaves is ignored and removed by the next reader.
 *
 * @param ca the tenant's CA, PEM
 * @returns undefined if the state folder cannot be used: the tenant runs without an entry
 */
export async function announceTenant(
  tenant: Omit<LocalTenant, "pid" | "caFile">,
  ca: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<(() => Promise<void>) | undefined> {
  try {
    const folder = folderOf(env);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await isPrivate(folder))) return undefined;
    const file = join(folder, `${process.pid}.json`);
    const { authority, apps, apis } = tenant;
    // Kept after the end, because profiles name it. The next start of the same tenant has the same CA.
    await writePrivate(caFileOf(folder, authority), ca);
    await writePrivate(file, JSON.stringify({ v: 1, pid: process.pid, authority, apps, apis }));
    return () => rm(file, { force: true }).catch(() => undefined);
  } catch {
    return undefined;
  }
}

/**
 * The tenants of this user that run on this machine. An entry counts only if this user alone can have written it, it
 * names an address of this machine, and that tenant answers there with a certificate of its CA.
 */
export async function localTenants(env: NodeJS.ProcessEnv = process.env): Promise<LocalTenant[]> {
  const folder = folderOf(env);
  if (!(await isPrivate(folder).catch(() => false))) return [];
  const names = (await readdir(folder)).filter((name) => /^[1-9]\d{0,9}\.json$/.test(name));
  const found = await Promise.all(names.map((name) => runningIn(folder, name).catch(() => undefined)));
  return found.filter((each) => each !== undefined).sort((one, other) => one.authority.localeCompare(other.authority));
}

async function runningIn(folder: string, name: string): Promise<LocalTenant | undefined> {
  const pid = Number.parseInt(name, 10);
  const file = join(folder, name);
  const text = await readPrivate(file);
  const entry = text === undefined ? undefined : entryOf(text, pid);
  if (entry === undefined) return undefined;
  const caFile = caFileOf(folder, entry.authority);
  const ca = await readPrivate(caFile);
  const answering = ca && (await localTenant(new URL(entry.authority).host, { ca }));
  if (isAlive(pid) && answering === entry.authority) return { ...entry, caFile };
  if (!isAlive(pid)) await rm(file, { force: true });
  return undefined;
}

const AUTHORITY =
  /^https:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The entry, if it has the right shape. Other members are ignored, so that a later version can add some. */
function entryOf(text: string, pid: number): Omit<LocalTenant, "caFile"> | undefined {
  const entry: unknown = JSON.parse(text);
  if (!isObject(entry) || entry.v !== 1 || entry.pid !== pid) return undefined;
  const { authority, apps, apis } = entry;
  if (typeof authority !== "string" || !AUTHORITY.test(authority) || !isList(apps) || !isList(apis)) return undefined;
  return { pid, authority, apps, apis };
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

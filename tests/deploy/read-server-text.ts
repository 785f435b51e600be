import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readServerFile, type ServerFile } from "../../packages/cli/src/tenant/server-file.ts";

/** File name → secret in it. */
export const SECRETS: Readonly<Record<string, string>> = {
  "store-url": "postgres://doorcode:wattle@postgres:5432/doorcode",
  "smtp-password": "banksia-of-the-mail-server",
};

/** Reads a server file as `doorcode tenant serve` does. The files that it names are in a temporary folder. */
export async function readServerText(original: string): Promise<ServerFile> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-server-file-"));
  try {
    const named = /(File: )([^ ,}\n]+)/g;
    const text = original.replace(named, (_all, member, path) => member + join(folder, path));
    for (const [, , path] of text.matchAll(named)) {
      await mkdir(dirname(path!), { recursive: true });
      const name = path!.split("/").at(-1)!;
      await writeFile(path!, `${SECRETS[name] ?? "none"}\n`, { mode: 0o600 });
    }
    const file = join(folder, "doorcode.server.yaml");
    await writeFile(file, text);
    return await readServerFile(file, "all", {});
  } finally {
    await rm(folder, { recursive: true });
  }
}

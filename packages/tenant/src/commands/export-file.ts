import { readFile } from "node:fs/promises";
import { askTenant } from "../control/client.ts";
import type { TenantFiles } from "./tenant-files.ts";

/** `doorcode tenant export`, in the name of whoever owns the data folder. */
export async function exportFile(files: TenantFiles, dataDir: string): Promise<void> {
  const { token, graph, ca_file } = await askTenant(dataDir, { do: "administrator_token" });
  process.stdout.write(await files.exportFrom({ base: graph, token, ca: await readFile(ca_file, "utf8") }));
}

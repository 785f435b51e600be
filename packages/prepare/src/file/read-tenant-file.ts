import { checkApis, checkApps } from "./check-apps.ts";
import { checkPeople, checkPolicyNames, namesOf } from "./check-references.ts";
import { checkShape } from "./check-shape.ts";
import { checkAccountUserFlow, checkUserFlows } from "./check-user-flows.ts";
import { Diagnostics } from "./diagnostics.ts";
import type { TenantModel } from "./model.ts";
import { readYaml } from "./read-yaml.ts";
import { secretRanges } from "./secrets.ts";
import { tenantSchema } from "./tenant-schema.ts";
import { toModel } from "./to-model.ts";

/**
 * Reads `doorcode.tenant.yaml`, fills in every default and checks every reference.
 *
 * @param text      content of the file, at most 1 MiB
 * @param fileName  shown in the problems; no file is opened
 * @throws {TenantFileError} With every error of the file, in its order.
 * @example
 * ```ts
 * const model = readTenantFile(await readFile("doorcode.tenant.yaml", "utf8"), "doorcode.tenant.yaml");
 * ```
 */
export function readTenantFile(text: string, fileName: string): TenantModel {
  // Byte order marks and line ends of other systems mean nothing.
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const diagnostics = new Diagnostics(plain);
  const tree = readYaml(plain, diagnostics);
  if (!tree) throw diagnostics.error(fileName);

  diagnostics.hideSecrets(secretRanges(tree));
  const parsed = tenantSchema.safeParse(tree.value);
  if (!parsed.success) checkShape(tree, parsed.error.issues, diagnostics);
  const names = namesOf(tree);
  checkApps(names, diagnostics);
  checkApis(names, diagnostics);
  checkUserFlows(names, diagnostics);
  checkAccountUserFlow(tree, names, diagnostics);
  checkPeople(tree, names, diagnostics);
  checkPolicyNames(tree.children.get("policies"), names, diagnostics);
  if (!parsed.success || !diagnostics.none) throw diagnostics.error(fileName);
  return toModel(parsed.data);
}

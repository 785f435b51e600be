import { checkApis, checkApps } from "./check-apps.ts";
import { checkPeople } from "./check-people.ts";
import { checkPolicyNames, checkUserFlows } from "./check-user-flows.ts";
import { Findings } from "./findings.ts";
import { hideSecrets } from "./hide-secrets.ts";
import type { TenantModel } from "./model.ts";
import { namesOf } from "./names.ts";
import { findShapeProblems } from "./shape-problems.ts";
import { tenantSchema } from "./tenant-schema.ts";
import { toModel } from "./to-model.ts";
import { readYaml } from "./yaml-tree.ts";

/**
 * Reads `doorcode.tenant.yaml`: every default filled in, every reference checked.
 * @param text      what the file has, at most 1 MiB
 * @param fileName  for the problems only; nothing is opened
 * @throws TenantFileError with every mistake of the file, in its order
 */
export function readTenantFile(text: string, fileName: string): TenantModel {
  // A byte order mark and the line ends of other systems are no part of what the file says.
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const findings = new Findings(plain);
  const tree = readYaml(plain, findings);
  if (!tree) throw findings.error(fileName);

  hideSecrets(tree, findings);
  const parsed = tenantSchema.safeParse(tree.value);
  if (!parsed.success) findShapeProblems(tree, parsed.error.issues, findings);
  const names = namesOf(tree);
  checkApps(names, findings);
  checkApis(names, findings);
  checkUserFlows(names, findings);
  checkPeople(tree, names, findings);
  checkPolicyNames(tree.children.get("policies"), names, findings);
  if (!parsed.success || !findings.none) throw findings.error(fileName);
  return toModel(parsed.data);
}

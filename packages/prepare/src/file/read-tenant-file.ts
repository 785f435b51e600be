import { readFileOf } from "../source-file.ts";
import { checkApis, checkApps } from "./check-apps.ts";
import { checkPeople, checkPolicyNames, namesOf } from "./check-references.ts";
import { checkAccountUserFlow, checkUserFlows } from "./check-user-flows.ts";
import type { TenantModel } from "./model.ts";
import { tenantForm } from "./tenant-form.ts";
import { toModel } from "./to-model.ts";

/**
 * Reads `doorcode.tenant.yaml`, fills in every default and checks every reference.
 * @param text content of the file, at most 1 MiB
 * @param fileName shown in the errors; no file is opened
 * @throws {TenantFileError} With all errors of the file, in their order.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readTenantFile } from "@doorcode/prepare";
 *
 * const model = readTenantFile(await readFile("doorcode.tenant.yaml", "utf8"), "doorcode.tenant.yaml");
 * console.log(Object.keys(model.apps));
 * ```
 */
export function readTenantFile(text: string, fileName: string): TenantModel {
  const parsed = readFileOf(tenantForm, text, fileName, (tree, diagnostics) => {
    const names = namesOf(tree);
    checkApps(names, diagnostics);
    checkApis(names, diagnostics);
    checkUserFlows(names, diagnostics);
    checkAccountUserFlow(tree, names, diagnostics);
    checkPeople(tree, names, diagnostics);
    checkPolicyNames(tree.children.get("policies"), names, diagnostics);
  });
  return toModel(parsed);
}

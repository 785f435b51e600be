import type { TenantModel } from "../file/model.ts";
import type { GraphAccess } from "../graph/request.ts";
import { PrepareError } from "../prepare-error.ts";
import { compareAssignments, compareConsents } from "./access.ts";
import { apiNotes, compareApis } from "./apis.ts";
import { compareApps } from "./apps.ts";
import { compareAttributes } from "./attributes.ts";
import { checkPasswords, compareAdministrators, compareGroups, compareMembers, compareUsers } from "./people.ts";
import type { CompareInput, Comparison, PlannedStep } from "./planned-step.ts";
import { comparePolicies } from "./policies.ts";
import { comparePruned } from "./prune.ts";
import { compareSignUp, compareTenantSettings, tenantNotes } from "./tenant.ts";
import { compareUserFlows } from "./user-flows.ts";

/**
 * The comparisons in the order of their steps, each after those it depends on: APIs before the apps that request their
 * scopes, service principals (with both) before consent and user flows, groups and users before assignments.
 */
const comparisons: ((input: CompareInput) => PlannedStep[])[] = [
  compareTenantSettings,
  compareAttributes,
  compareApis,
  compareApps,
  compareConsents,
  compareGroups,
  compareUsers,
  compareMembers,
  compareAssignments,
  compareAdministrators,
  compareUserFlows,
  compareSignUp,
  comparePolicies,
  comparePruned,
];

/**
 * Compares the file with the tenant. Pure: it sends nothing and changes nothing.
 * @throws {PrepareError} The file contradicts the tenant, or a password is missing.
 */
export function compareTenant(input: CompareInput): Comparison {
  checkPasswords(input);
  return {
    steps: comparisons.flatMap((compare) => compare(input)),
    notes: [...new Set([...adoptionNotes(input), ...tenantNotes(input), ...apiNotes(input)])],
  };
}

function adoptionNotes({ current }: CompareInput): string[] {
  const groups = [...current.groups].flatMap(([key, { id, uniqueName }]) =>
    uniqueName === key
      ? []
      : `\`${key}\` is the group ${id}, which prepare did not create: its description and its members that the file does not list stay, unless you prune.`,
  );
  const applications = [...current.applications].flatMap(([key, { application }]) =>
    application.uniqueName === key
      ? []
      : `\`${key}\` is the application ${application.appId}, which prepare did not create: its owners, its credentials and everything else that the file does not describe remain unchanged. Review them before you consent to it.`,
  );
  return [...applications, ...groups];
}

/**
 * Checks that the target supports everything in the file, before anything is sent.
 * @throws {PrepareError} `not_for_entra`
 */
export function checkModel(model: TenantModel, target: GraphAccess["target"]): void {
  if (target !== "entra") return;
  const users = Object.keys(model.users);
  if (users.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `The file lists users (${firstOf(users)}), but only the embedded tenant supports test users.`,
      {
        hint: "Use a file without `users` for Entra, where users sign up themselves or an administrator creates them.",
      },
    );
  const { signUp, accountUserFlow } = model.tenant;
  if (signUp !== undefined || accountUserFlow !== undefined)
    throw new PrepareError(
      "not_for_entra",
      `\`tenant: ${signUp === undefined ? "accountUserFlow" : "signUp"}\` is supported only by the embedded tenant.`,
      { hint: "Remove it: on Entra, signUp of each user flow decides whether users may sign up." },
    );
  const apis = Object.entries(model.apis).filter(([, { tokenProfile }]) => tokenProfile === "rfc9068");
  if (apis.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`tokenProfile: rfc9068\` (${firstOf(apis.map(([key]) => key))}) is supported only by the embedded tenant.`,
      {
        hint: "Remove it: Entra's tokens have their own form, for which @doorcode/guard has a profile.",
      },
    );
  const signed = Object.entries(model.apps).filter(([, app]) => app.idTokenSignedResponseAlg !== "RS256");
  if (signed.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`idTokenSignedResponseAlg\` (${firstOf(signed.map(([key]) => key))}) is supported only by the embedded tenant.`,
      { hint: "Remove it: Entra signs all tokens with RS256." },
    );
  for (const member of ["grantTypes", "administrativeScopes"] as const) {
    const apps = Object.entries(model.apps).filter(([, app]) => app[member] !== undefined);
    if (apps.length > 0)
      throw new PrepareError(
        "not_for_entra",
        `\`${member}\` (${firstOf(apps.map(([key]) => key))}) is supported only by the embedded tenant.`,
        {
          hint: "Remove it: on Entra, `publicClient` controls device codes, and an administrator's consent controls what an app may do.",
        },
      );
  }
  const flows = Object.entries(model.userFlows).filter(([, { signIn }]) => signIn.includes("passkey"));
  if (flows.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`signIn: passkey\` (${firstOf(flows.map(([key]) => key))}) is supported only by the embedded tenant.`,
      {
        hint: "Remove passkey: in an external tenant, passkeys require a custom domain and custom pages.",
      },
    );
}

function firstOf(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

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
 * The comparisons in the order of their steps, each after what it needs: APIs before the apps that ask for their
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
 * Compares what the file wants with what exists. Pure: it sends nothing and changes nothing.
 *
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
  return [...current.applications].flatMap(([key, { application }]) =>
    application.uniqueName === key
      ? []
      : `\`${key}\` is the application ${application.appId}, which was not made by its name: who owns it, its credentials and what else the file does not say stay as they are. Look at them before you let it be consented to.`,
  );
}

/**
 * Checks, before anything is sent, that the target supports all that the file wants.
 *
 * @throws {PrepareError} `not_for_entra`
 */
export function checkModel(model: TenantModel, target: GraphAccess["target"]): void {
  if (target !== "entra") return;
  const users = Object.keys(model.users);
  if (users.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `The file lists users (${firstOf(users)}), and test users are made in the embedded tenant only.`,
      {
        hint: "Keep a file without `users` for Entra. People sign up there by themselves, or an administrator makes them.",
      },
    );
  const { signUp, accountUserFlow } = model.tenant;
  if (signUp !== undefined || accountUserFlow !== undefined)
    throw new PrepareError(
      "not_for_entra",
      `\`tenant: ${signUp === undefined ? "accountUserFlow" : "signUp"}\` is the embedded tenant's only.`,
      { hint: "Leave it out: on Entra each user flow says by signUp whether people may sign up." },
    );
  const apis = Object.entries(model.apis).filter(([, { tokenProfile }]) => tokenProfile === "rfc9068");
  if (apis.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`tokenProfile: rfc9068\` (${firstOf(apis.map(([key]) => key))}) is the embedded tenant's only.`,
      {
        hint: "Leave it out: Entra's tokens have their own form, which @doorcode/guard takes by default.",
      },
    );
  for (const member of ["grantTypes", "administrativeScopes"] as const) {
    const apps = Object.entries(model.apps).filter(([, app]) => app[member] !== undefined);
    if (apps.length > 0)
      throw new PrepareError(
        "not_for_entra",
        `\`${member}\` (${firstOf(apps.map(([key]) => key))}) is the embedded tenant's only.`,
        {
          hint: "Leave it out: at Entra `publicClient` governs device codes, and an administrator's consent what an app may do.",
        },
      );
  }
  const flows = Object.entries(model.userFlows).filter(([, { signIn }]) => signIn.includes("passkey"));
  if (flows.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`signIn: passkey\` (${firstOf(flows.map(([key]) => key))}) is the embedded tenant's only.`,
      {
        hint: "Leave passkey out: in an external tenant passkeys need a domain and pages of one's own.",
      },
    );
}

function firstOf(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

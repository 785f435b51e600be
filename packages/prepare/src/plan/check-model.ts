import type { TenantModel } from "../file/model.ts";
import type { GraphAccess } from "../graph/request.ts";
import { PrepareError } from "../prepare-error.ts";

/** Throws, before anything is sent, for what only the embedded tenant has. */
export function checkModel(model: TenantModel, target: GraphAccess["target"]): void {
  if (target !== "entra") return;
  const users = Object.keys(model.users);
  if (users.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `The file lists users (${some(users)}), and test users are made in the embedded tenant only.`,
      {
        hint: "Keep a file without `users` for Entra. People sign up there by themselves, or an administrator makes them.",
      },
    );
  const apis = Object.entries(model.apis).filter(([, { tokenProfile }]) => tokenProfile === "rfc9068");
  if (apis.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`tokenProfile: rfc9068\` (${some(apis.map(([key]) => key))}) is the embedded tenant's only.`,
      {
        hint: "Leave it out: Entra's tokens have their own form, which @doorcode/guard takes by default.",
      },
    );
  const flows = Object.entries(model.userFlows).filter(([, { signIn }]) => signIn.includes("passkey"));
  if (flows.length > 0)
    throw new PrepareError(
      "not_for_entra",
      `\`signIn: passkey\` (${some(flows.map(([key]) => key))}) is the embedded tenant's only.`,
      {
        hint: "Leave passkey out: in an external tenant passkeys need a domain and pages of one's own.",
      },
    );
}

function some(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

import type { Lifetime } from "../file/known-values.ts";
import type { LifetimesEntry } from "../file/model.ts";
import { patchBranding, patchOrganization, patchSignUpPolicy } from "../graph/tenant-settings.ts";
import { Changes, type CompareInput, type PlannedStep, plannedStep } from "./planned-step.ts";

/**
 * Name, color and lifetimes of the tenant. A name on Entra, and any domain, must be set manually: see `tenantNotes`.
 */
export function compareTenantSettings({ model, current: { tenant }, target }: CompareInput): PlannedStep[] {
  const { name, colour, lifetimes = {} } = model.tenant;
  if (name === undefined && colour === undefined && Object.keys(lifetimes).length === 0) return [];
  const changes = new Changes();
  const newName = target === "doorcode" && name && changes.text("name", tenant.name, name) ? name : undefined;
  const wanted = colour && sixDigits(colour);
  const newColour = wanted && changes.text("colour", tenant.colour, wanted) ? wanted : undefined;
  const newLifetimes = target === "doorcode" ? changedLifetimes(lifetimes, tenant.lifetimes ?? {}, changes) : {};
  return [
    plannedStep({ kind: "tenant", name: tenant.defaultDomain, exists: true, changes }, async ({ graph }) => {
      const lifetimesDiffer = Object.keys(newLifetimes).length > 0;
      const body = {
        ...(newName && { displayName: newName }),
        ...(lifetimesDiffer && { doorcodeLifetimes: newLifetimes }),
      };
      if (newName || lifetimesDiffer) await graph.send(patchOrganization(tenant.id, body));
      if (newColour) await graph.send(patchBranding(tenant.id, newColour));
    }),
  ];
}

/** Whether users may sign up at all, and the account page's user flow, which exists by now. */
export function compareSignUp({ model, current, lookup }: CompareInput): PlannedStep[] {
  const { signUp, accountUserFlow } = model.tenant;
  if (signUp === undefined && accountUserFlow === undefined) return [];
  const { tenant, userFlows } = current;
  const changes = new Changes();
  const newSignUp = signUp !== undefined && changes.flag("sign-up", tenant.signUp, signUp);
  const present = userFlows.find(({ flow }) => flow.id === tenant.accountUserFlowId);
  const stays = accountUserFlow !== undefined && lookup.userFlowId(accountUserFlow) === tenant.accountUserFlowId;
  const newFlow = accountUserFlow !== undefined && !(stays && present !== undefined);
  if (newFlow)
    changes.text("user flow of the account page", present?.key ?? present?.flow.displayName, accountUserFlow);
  return [
    plannedStep({ kind: "tenant", name: "sign-up", exists: true, changes }, async ({ graph, known }) => {
      if (!newSignUp && !newFlow) return;
      await graph.send(
        patchSignUpPolicy({
          ...(newSignUp && { selfServiceSignUp: { isEnabled: signUp } }),
          ...(newFlow && { doorcodeAccountUserFlow: { id: known.userFlowId(accountUserFlow) ?? "" } }),
        }),
      );
    }),
  ];
}

function changedLifetimes(wanted: LifetimesEntry, present: LifetimesEntry, changes: Changes): LifetimesEntry {
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value));
  const changed = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && changes.text(name, text(present[name as Lifetime]), text(value)),
  );
  return Object.fromEntries(changed);
}

/** Differences in the tenant itself that Graph cannot change. */
export function tenantNotes({ model, current: { tenant }, target }: CompareInput): string[] {
  const { name, domain, lifetimes } = model.tenant;
  const notes: string[] = [];
  if (domain !== undefined && !tenant.domains.some((present) => present.toLowerCase() === domain.toLowerCase()))
    notes.push(
      `The file has the domain ${domain}, but the tenant has ${tenant.domains.join(", ")}. ${target === "entra" ? "Add and verify the domain manually." : "The domain of your own tenant cannot be changed: correct the file."}`,
    );
  if (target === "entra" && name !== undefined && name !== tenant.name)
    notes.push(
      `The file names the tenant "${name}", but its name is "${tenant.name}". Set the name in the Microsoft Entra admin center, under Overview > Properties.`,
    );
  if (target === "entra" && lifetimes !== undefined && Object.keys(lifetimes).length > 0)
    notes.push(
      "The file sets lifetimes, which only the embedded tenant supports. Entra keeps its own: limit them with a sign-in frequency in a Conditional Access policy.",
    );
  return notes;
}

/** Converts `#ABC` to `#aabbcc`, which is Graph's form. */
function sixDigits(colour: string): string {
  const digits = colour.slice(1).toLowerCase();
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}

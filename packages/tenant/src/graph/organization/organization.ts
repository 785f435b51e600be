import { z } from "zod";
import type { Lifetimes } from "../../directory/lifetimes.ts";
import { TenantError } from "../../kernel/tenant-error.ts";
import { DEFAULT_COLOUR } from "../../ui/branding/branding.ts";
import { isColour } from "../../ui/branding/palette.ts";
import { collection, entity, type Resource } from "../odata/answer.ts";
import { badRequest, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";

const organizations: Resource = {
  type: "organization",
  set: "organization",
  properties: ["id", "displayName", "tenantType", "verifiedDomains", "doorcodeLifetimes"],
};
const brandings: Resource = {
  type: "organizationalBranding",
  set: "branding",
  properties: ["id", "backgroundColor"],
};

const READ = ["Organization.Read.All", "Organization.ReadWrite.All"];
const READ_BRANDING = ["OrganizationalBranding.Read.All", "OrganizationalBranding.ReadWrite.All", ...READ];
const WRITE_BRANDING = ["OrganizationalBranding.ReadWrite.All", "Organization.ReadWrite.All"];

const lifetime = z.number().optional();
/**
 * Graph has the name read-only, and no member for lifetimes. Both are additions of this tenant (docs/differences.md).
 */
const changes = strictBody({
  displayName: z.string().max(256).optional(),
  doorcodeLifetimes: z
    .strictObject({
      ...{ signInDays: lifetime, signInIdleDays: lifetime, sessionHours: lifetime, sessionIdleHours: lifetime },
      ...{ keptSessionDays: lifetime, keptSessionIdleDays: lifetime },
    })
    .optional(),
});
const colours = strictBody({
  backgroundColor: z
    .string()
    .refine((text) => isColour(text), "it is not a color such as #0b6e4f")
    .nullable(),
});

export const organizationRoutes: GraphRoute[] = [
  { method: "GET", path: "organization", scopes: READ, handle: list },
  { method: "GET", path: "organization/{organization}", scopes: READ, handle: get },
  { method: "PATCH", path: "organization/{organization}", scopes: ["Organization.ReadWrite.All"], handle: patch },
  { method: "GET", path: "organization/{organization}/branding", scopes: READ_BRANDING, handle: getBranding },
  { method: "PATCH", path: "organization/{organization}/branding", scopes: WRITE_BRANDING, handle: patchBranding },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  return collection(call, organizations, [organizationOf(call)]);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  checkOrganization(call);
  return entity(call, organizations, organizationOf(call));
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  checkOrganization(call);
  const { displayName, doorcodeLifetimes: lifetimes } = readBody(call, changes, "organization");
  await refusedAsBadRequest(async () => {
    if (lifetimes) await call.admin.settings.changeLifetimes(lifetimes as Partial<Lifetimes>);
    if (displayName !== undefined) await call.admin.settings.change({ name: displayName });
  });
  return NO_CONTENT;
}

async function getBranding(call: GraphCall): Promise<GraphAnswer> {
  checkOrganization(call);
  const backgroundColor = (await call.ctx.store.directory.setting("colour")) ?? DEFAULT_COLOUR;
  // "0" is the branding for all languages without their own.
  return entity(call, brandings, { id: "0", backgroundColor });
}

async function patchBranding(call: GraphCall): Promise<GraphAnswer> {
  checkOrganization(call);
  const { backgroundColor } = readBody(call, colours, "organizationalBranding");
  await refusedAsBadRequest(() => call.admin.settings.change({ colour: backgroundColor ?? DEFAULT_COLOUR }));
  return NO_CONTENT;
}

async function refusedAsBadRequest(change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (error instanceof TenantError) throw badRequest(`${error.message} ${error.hint}`);
    throw error;
  }
}

function checkOrganization(call: GraphCall): void {
  const id = keyOf(call, "organization").value.toLowerCase();
  if (id !== call.ctx.config.tenantId) throw notFound(id);
}

function organizationOf({ ctx }: GraphCall) {
  const { tenantId, name, domain, lifetimes } = ctx.config;
  return {
    id: tenantId,
    displayName: name,
    tenantType: "CIAM",
    verifiedDomains: [{ name: domain, type: "Managed", isDefault: true, isInitial: true }],
    doorcodeLifetimes: lifetimes,
  };
}

import { randomUUID } from "node:crypto";
import type { AdminContext } from "../admin/admin-context.ts";
import { registeredApps } from "../admin/command-line-app.ts";
import { certificateProblems, readAppCertificate } from "../directory/app-certificate.ts";
import type { App } from "../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { AuditRecord } from "../storage/store.ts";
import type { ControlRequest, ControlResults, ListedApp } from "./messages.ts";

type Input<Do extends ControlRequest["do"]> = Extract<ControlRequest, { do: Do }>;

export async function listApps(ctx: AdminContext): Promise<ListedApp[]> {
  const apps = await registeredApps(ctx.store);
  return Promise.all(
    apps.map(async (app) => ({
      client_id: app.clientId,
      name: app.name,
      disabled: app.disabledAt !== null,
      administrator: (await graphPermissions(ctx, app)).length > 0,
      certificates: (await ctx.store.credentials.certificatesOf(app.clientId)).map(({ thumbprint, notAfter }) => ({
        thumbprint: hex(thumbprint),
        expires_at: new Date(notAfter).toISOString(),
      })),
    })),
  );
}

/** By it the app gets tokens of its own; with `administrator` for Graph too, with every application permission there is. */
export async function addCertificate(
  ctx: AdminContext,
  { client_id, certificate: pem, administrator }: Input<"add_certificate">,
): Promise<ControlResults["add_certificate"]> {
  const app = await appOf(ctx, client_id);
  const now = ctx.clock.now();
  const certificate = readAppCertificate(pem, { clientId: app.clientId, now });
  if (typeof certificate === "string") {
    const hint =
      "Make one: openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci -keyout ci.pem -out ci.pem";
    throw new TenantError("app_certificate_refused", certificateProblems[certificate], hint);
  }
  const thumbprint = hex(certificate.thumbprint);
  const added = await ctx.store.credentials.addCertificate(
    certificate,
    { roles: administrator ? ADMINISTRATIVE_SCOPES : [], servicePrincipalId: randomUUID() },
    recordOf(ctx, app, "app.certificate_added", { thumbprint, administrator }),
  );
  if (added === "app_unknown") throw unknownApp();
  if (added === "full") {
    throw new TenantError(
      "app_certificate_refused",
      `${app.name} has as many certificates as an app can have.`,
      "Take them away (doorcode tenant apps remove-certificates), then add those that are used.",
    );
  }
  return { app: app.name, thumbprint, expires_at: new Date(certificate.notAfter).toISOString(), administrator };
}

/** All of them, and the permissions at Graph: no token of the app's own is given any more, and Graph refuses those given. */
export async function removeCertificates(
  ctx: AdminContext,
  { client_id }: Input<"remove_certificates">,
): Promise<ControlResults["remove_certificates"]> {
  const app = await appOf(ctx, client_id);
  const audit = recordOf(ctx, app, "app.certificates_removed", {});
  const removed = await ctx.store.credentials.removeCertificates(app.clientId, audit);
  if (removed === undefined) throw unknownApp();
  return { app: app.name, removed };
}

async function graphPermissions(ctx: AdminContext, app: App): Promise<string[]> {
  const found = await ctx.store.registrations.find({ clientId: app.clientId });
  const id = found?.registration.servicePrincipalId;
  return id ? ctx.store.directory.rolesFor(GRAPH_RESOURCE_ID, id) : [];
}

async function appOf(ctx: AdminContext, clientId: string): Promise<App> {
  const app = await ctx.store.directory.findApp(clientId.trim().toLowerCase());
  if (!app) throw unknownApp();
  return app;
}

function recordOf(ctx: AdminContext, { clientId }: App, event: string, detail: AuditRecord["detail"]): AuditRecord {
  return { at: ctx.clock.now(), event, actor: "operator", userId: null, clientId, grantId: null, ip: null, detail };
}

/** As certificate viewers and Entra's portal show it. */
const hex = (base64url: string) => Buffer.from(base64url, "base64url").toString("hex").toUpperCase();

const unknownApp = () =>
  new TenantError("app_unknown", "No program has this client ID.", "List them: doorcode tenant apps");

import { cleanDisplayName } from "../../directory/identity.ts";
import { allowedPermissions } from "../../directory/permissions.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { ListedFamily, OwnApp } from "../../storage/store.ts";
import type { OwnDevice } from "../../ui/pages/own-devices.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { changingOwn, idOf, viewingOwn } from "./own-change.ts";

/** Maximum length of the name that a user gives to a device, in code points. */
export const MAX_DEVICE_LABEL = 50;

/** Devices on one page. */
const PAGE = 25;

/** Every program that is signed in as this user, newest first. */
export async function getDevices(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async ({ id: userId }) => {
    const { ctx, now } = request;
    const found = await ctx.store.tokens.listFamilies({ userId, after: afterOf(request), limit: PAGE + 1, now });
    const last = found[PAGE - 1];
    const next = found.length > PAGE && last ? `${last.createdAt}.${last.id}` : null;
    return { view: { page: "my_devices", devices: found.slice(0, PAGE).map(toDevice), next } };
  });
}

function afterOf({ fields }: PageRequest): Pick<ListedFamily, "id" | "createdAt"> | undefined {
  const [, createdAt, id] = /^(\d{1,15})\.([\da-f-]{36})$/.exec(fields.get("after") ?? "") ?? [];
  return createdAt === undefined || id === undefined ? undefined : { createdAt: Number(createdAt), id };
}

export async function getDevice(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async (user) => {
    const device = await ownDevice(request, user.id);
    if (!device) return { to: "/me/devices" };
    return { view: { page: "my_device", device, typed: device.label ?? "", problem: null } };
  });
}

/** Another user's device is treated as unknown. */
async function ownDevice(request: PageRequest, userId: string): Promise<OwnDevice | undefined> {
  const { ctx, now } = request;
  const id = idOf(request);
  if (id === undefined) return undefined;
  const [family] = await ctx.store.tokens.listFamilies({ id, userId, limit: 1, now });
  return family && toDevice(family);
}

function toDevice({ device, clientId, appName, ...family }: ListedFamily): OwnDevice {
  const { id, createdAt, lastUsedAt, lastUsedFrom } = family;
  // A deleted app's sign-ins end with it, except in a node of an earlier version.
  return { id, appName: appName ?? clientId, createdAt, lastUsedAt, lastUsedFrom, ...device };
}

export async function postRenameDevice(request: PageRequest): Promise<Answer> {
  return changingOwn(request, async ({ user, by, record, refused }) => {
    const device = await ownDevice(request, user.id);
    if (!device) return { to: "/me/devices" };
    const name = cleanDisplayName(request.fields.get("name") ?? "");
    if ([...name].length > MAX_DEVICE_LABEL) {
      return { view: { page: "my_device", device, typed: name.slice(0, 200), problem: "long" } };
    }
    const label = name === "" ? null : name;
    const { id } = device;
    const renamed = await request.ctx.store.ownAccount.renameDevice(
      by,
      { id, label },
      record("sign_in.renamed", { detail: { family: id } }),
    );
    return renamed === "refused" ? refused : { to: "/me/devices" };
  });
}

export async function postSignOutDevice(request: PageRequest): Promise<Answer> {
  return changingOwn(request, async ({ user, by, record, refused }) => {
    const { ctx, now } = request;
    const id = idOf(request);
    const [family] =
      id === undefined ? [] : await ctx.store.tokens.listFamilies({ id, userId: user.id, limit: 1, now });
    // Signed out already, in another tab: the list shows it.
    if (!family) return { to: "/me/devices" };
    const audit = record("sign_in.revoked", { clientId: family.clientId, detail: { family: family.id } });
    const ended = await ctx.store.ownAccount.signOutDevice(by, family.id, audit);
    return ended === "refused" ? refused : { to: "/me/devices" };
  });
}

export async function postSignOutAll(request: PageRequest): Promise<Answer> {
  return changingOwn(request, async ({ by, record, refused }) => {
    const ended = await request.ctx.store.ownAccount.signOutAll(by, record("user.sign_ins_ended"));
    return ended === "refused" ? refused : { to: "/me/devices" };
  });
}

export async function getApps(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async ({ id }) => {
    const apps = await request.ctx.store.ownAccount.listApps(id, request.now);
    return { view: { page: "my_apps", apps } };
  });
}

/** What the app may do: what this user allowed, and what an administrator allowed for everyone. */
export async function getApp(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async ({ id: userId }) => {
    const app = await ownApp(request, userId);
    if (!app) return { to: "/me/apps" };
    const { clientId, name: appName, signIns } = app;
    const of = { clientId, userId, resourceId: GRAPH_RESOURCE_ID };
    const may = allowedPermissions(await request.ctx.store.access.consentFacts(of));
    return { view: { page: "my_app", clientId, appName, may, signIns } };
  });
}

async function ownApp(request: PageRequest, userId: string): Promise<OwnApp | undefined> {
  const id = idOf(request);
  if (id === undefined) return undefined;
  return (await request.ctx.store.ownAccount.listApps(userId, request.now)).find(({ clientId }) => clientId === id);
}

export async function postWithdrawApp(request: PageRequest): Promise<Answer> {
  return changingOwn(request, async ({ by, record, refused }) => {
    const clientId = idOf(request);
    if (clientId === undefined) return { to: "/me/apps" };
    const audit = record("user.consent_withdrawn", { clientId, detail: {} });
    const withdrawn = await request.ctx.store.ownAccount.withdrawApp(by, clientId, audit);
    return withdrawn === "refused" ? refused : { to: "/me/apps" };
  });
}

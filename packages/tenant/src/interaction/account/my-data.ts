import { normalizeEmail, type User } from "../../directory/entities.ts";
import { passwordStateOf } from "../../directory/password.ts";
import { accountDeletedMail } from "../../mail/account-mails.ts";
import { OWN_ACTIVITY } from "../../storage/audit-events.ts";
import type { Store } from "../../storage/store.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { forgetSession } from "../session.ts";
import { ACTIVITY_MS, ownEntryOf } from "./activity.ts";
import { type ChangingUser, changingOwn, viewingOwn } from "./own-change.ts";

/** How many devices and records the file has at most. Beyond them it would be no file for a person. */
const MOST = 10_000;
const DAY = 24 * 60 * 60 * 1000;

export async function getMyData(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async () => ({ view: { page: "my_data" } }));
}

/** It changes nothing, but tells much. */
export async function postDownload(request: PageRequest): Promise<Answer> {
  const download = async ({ user, record }: ChangingUser): Promise<Answer> => {
    await request.ctx.store.audit.write(record("user.data_downloaded"));
    const json = await dataOf(request.ctx.store, user, { tenant: request.ctx.config.name, now: request.now });
    return { file: { name: "my-account.json", json } };
  };
  return changingOwn(request, download, { grave: true });
}

/** Everything that the tenant knows about this user, with times as text. Never a hash, a secret, or a key. */
export async function dataOf(
  store: Store,
  user: User,
  { tenant, now }: { tenant: string; now: number },
): Promise<object> {
  const { id: userId } = user;
  const [passkeys, totp, recoveryCodesLeft, devices, browsers, apps, consents, changes, activity, records] =
    await Promise.all([
      store.passkeys.listOf(userId),
      store.factors.totpOf(userId),
      store.factors.countRecoveryCodes(userId),
      store.tokens.listFamilies({ userId, limit: MOST, now }),
      store.ownAccount.listBrowsers(userId, now),
      store.ownAccount.listApps(userId, now),
      store.ownAccount.listConsents(userId),
      store.emailChanges.listOf(userId),
      store.audit.listOwn({ userId, since: now - ACTIVITY_MS, events: OWN_ACTIVITY, limit: MOST }),
      store.ownAccount.listRecords(userId, { now, limit: MOST }),
    ]);
  return {
    tenant,
    createdAt: time(now),
    profile: {
      ...{ id: userId, email: user.email, displayName: user.displayName, attributes: user.attributes },
      ...{ language: user.locale, administrator: user.administrator },
      ...{ createdAt: time(user.createdAt), termsAcceptedAt: time(user.termsAcceptedAt) },
    },
    signInMethods: {
      password: passwordStateOf(user) === "set",
      passkeys: passkeys.map(({ name, createdAt, lastUsedAt, deviceType, backedUp }) => ({
        ...{ name, createdAt: time(createdAt), lastUsedAt: time(lastUsedAt), deviceType, backedUp },
      })),
      authenticatorApp: totp ? { createdAt: time(totp.createdAt) } : null,
      recoveryCodesLeft,
    },
    devices: devices.map(({ id, clientId, appName, grantType, device, ...family }) => ({
      ...{ id, clientId, app: appName, grantType, ...device },
      ...{ signedInAt: time(family.createdAt), expiresAt: time(family.expiresAt) },
      ...{ lastUsedAt: time(family.lastUsedAt), lastUsedFrom: family.lastUsedFrom },
    })),
    endedDevices: records.endedDevices.map(({ createdAt, revokedAt, revokedReason, ...device }) => ({
      ...{ ...device, signedInAt: time(createdAt), endedAt: time(revokedAt), why: revokedReason },
    })),
    browsers: browsers.map(({ methods, createdAt, expiresAt }) => ({
      ...{ methods, signedInAt: time(createdAt), expiresAt: time(expiresAt) },
    })),
    apps: apps.map(({ clientId, name, signIns }) => ({
      ...{ clientId, name, signIns },
      allowed: consents
        .filter((consent) => consent.clientId === clientId)
        .map(({ resourceId, scopes }) => ({ resourceId, scopes })),
    })),
    groups: records.groups,
    assignments: records.assignments.map(({ clientId, roleValue, principalId }) => ({
      ...{ clientId, role: roleValue, through: principalId === userId ? "user" : principalId },
    })),
    acceptedTerms: records.acceptedTerms.map(({ terms, acceptedAt }) => ({ terms, acceptedAt: time(acceptedAt) })),
    emailChanges: changes.map(({ oldEmail, changedAt, undoneAt }) => ({
      ...{ oldEmail, changedAt: time(changedAt), takenBackAt: time(undoneAt) },
    })),
    activity: activity.map(ownEntryOf).map(({ at, ...entry }) => ({ at: time(at), ...entry })),
  };
}

const time = <At extends number | null>(at: At) => (at === null ? null : new Date(at).toISOString());

export async function getDeletion(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async ({ email }) => {
    return { view: { page: "my_deletion", email, typed: "", problem: null } };
  });
}

/** Deletes the account, once its address was typed. The browser is signed out with every other one. */
export async function postDeletion(request: PageRequest): Promise<Answer> {
  const remove = async ({ user, by, record, refused }: ChangingUser): Promise<Answer> => {
    const { ctx, now, ip } = request;
    const typed = request.fields.get("email") ?? "";
    const again = (problem: "wrong" | "administrator"): Answer => ({
      view: { page: "my_deletion", email: user.email, typed: typed.slice(0, 254), problem },
    });
    if (normalizeEmail(typed) !== user.emailNormalized) return again("wrong");
    const mail = ctx.mail.prepare(accountDeletedMail(ctx, { user, at: now, ip }), { expiresAt: now + 7 * DAY });
    const deleted = await ctx.store.ownAccount.delete(by, mail, record("user.deleted"));
    switch (deleted.outcome) {
      case "refused":
        return refused;
      case "last_administrator":
        return again("administrator");
      case "kept":
        return { view: { page: "my_deletion_later", until: deleted.until } };
      case "done":
        forgetSession(request);
        ctx.mail.stored(mail);
        return { view: { page: "account_deleted" } };
    }
  };
  return changingOwn(request, remove, { grave: true });
}

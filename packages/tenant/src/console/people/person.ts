import { isShownText } from "../../directory/check-api.ts";
import type { User } from "../../directory/entities.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import { passwordStateOf } from "../../directory/password.ts";
import { passwordLimitOf } from "../../kernel/password-limit.ts";
import { OWN_ACTIVITY } from "../../storage/audit-events.ts";
import type { GroupForm, GroupProblem, PersonAction, PersonDetail, PersonProblem } from "../../ui/console/person.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, idIn, isGuid, notFound, textIn } from "../found.ts";
import { lastChangeOfUser } from "../last-change.ts";
import { shownRecords } from "../shown-records.ts";

/** What the page shows of the past: more is at Sign-ins and Audit. */
const DEVICES = 10;
const RECORDS = 15;
const ACTIVITY_MS = 90 * 24 * 60 * 60 * 1000;

/** Group names that the form suggests. Others can be typed. */
const SUGGESTED = 200;

type Shown = {
  done?: PersonAction | null;
  problem?: PersonProblem | null;
  typed?: PersonDetail["shown"];
  group?: GroupForm;
};

export async function getPerson(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const user = await find(request);
  return page(request, user, { done: doneOf(request, DONE) });
}

const DONE = [
  "added",
  "edited",
  "enabled",
  "disabled",
  "signed_out",
  "password",
  "factors",
  "tries",
  "promoted",
  "demoted",
  "group_joined",
  "group_left",
] as const;

/** Name and address. The form carries what was shown, so that two administrators do not overwrite each other. */
export async function postEdit(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const shown = { email: fields.get("shown_email") ?? "", displayName: fields.get("shown_name") ?? "" };
  const typed = { email: fields.get("email") ?? "", displayName: fields.get("name") ?? "" };
  return changing(request, async (user) => {
    const voidLinks = fields.get("void_links") === "yes";
    const edited = await admin.people.edit(user.id, { shown, ...typed, voidLinks });
    switch (edited.outcome) {
      case "done":
      case "same":
        return "edited";
      case "unknown":
        return "gone";
      case "changed": {
        const events = ["user.changed", "user.email_changed", "user.email_restored"] as const;
        const by = await lastChangeOfUser(request, user.id, events);
        return { problem: { kind: "changed", by }, typed };
      }
      default:
        return { problem: { kind: edited.outcome }, typed };
    }
  });
}

export async function postEnable(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, ({ id }) => switched(request, id, false));
}

/** Disabling oneself asks again: it ends this session, too. */
export async function postDisable(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, ({ id }) => {
    if (isOneself(request, id)) return { problem: { kind: "oneself", action: "disable" } };
    return switched(request, id, true);
  });
}

async function switched({ admin }: ConsoleRequest, id: string, disabled: boolean): Promise<Outcome> {
  const changed = await admin.people.change(id, () => ({ disabled }), "disabled");
  if (changed === undefined) return "gone";
  if (changed === "last_administrator") return { problem: { kind: "last_administrator" } };
  return disabled ? "disabled" : "enabled";
}

export async function postAdministrator(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const administrator = request.fields.get("administrator") === "yes";
  return changing(request, async ({ id }) => {
    if (!administrator && isOneself(request, id)) return { problem: { kind: "oneself", action: "administrator" } };
    const outcome = await request.admin.people.setAdministrator(id, administrator);
    if (outcome === "unknown") return "gone";
    if (outcome === "last_administrator") return { problem: { kind: "last_administrator" } };
    return administrator ? "promoted" : "demoted";
  });
}

export async function postSignOut(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ id }) =>
    (await request.admin.people.endSignIns(id)) === undefined ? "gone" : "signed_out",
  );
}

export async function postPassword(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ id }) => {
    const voided = await request.admin.people.voidPassword(id);
    return voided === undefined ? "gone" : voided ? "password" : { problem: { kind: "no_password" } };
  });
}

/** Lifts the limit on wrong passwords. */
export async function postTryAgain(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ id }) => {
    const lifted = await request.admin.people.liftPasswordLimit(id);
    return lifted === undefined ? "gone" : lifted ? "tries" : { problem: { kind: "not_refused" } };
  });
}

export async function postFactors(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ id }) =>
    (await request.admin.people.resetFactors(id)) === undefined ? "gone" : "factors",
  );
}

/** To be removed, the address is typed: there is no way back. */
export async function postRemove(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return changing(request, async ({ id, email }) => {
    if ((request.fields.get("confirm") ?? "").trim().toLowerCase() !== email.toLowerCase()) {
      return { problem: { kind: "not_confirmed" } };
    }
    const outcome = await request.admin.people.remove(id);
    if (outcome === "last_administrator") return { problem: { kind: "last_administrator" } };
    return outcome ? "removed" : "gone";
  });
}

/** Adds the person to a group, which may be a new one, or takes them out of one. */
export async function postGroup(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const leaves = fields.get("remove");
  return changing(request, async ({ id }) => {
    if (leaves !== undefined) {
      // Whether or not another administrator was faster, the person is not in it.
      if (isGuid(leaves)) await admin.groups.removeMember(leaves, id);
      return "group_left";
    }
    const group = { name: textIn(request, "group"), create: fields.get("create") === "yes" };
    const found = await groupNamed(request, group);
    if (typeof found === "string") return { problem: { kind: found }, group };
    const outcome = await admin.groups.addMember(found.id, id);
    if (outcome === "unknown_user") return "gone";
    return outcome === "unknown_group" ? { problem: { kind: "group_unknown" }, group } : "group_joined";
  });
}

async function groupNamed(
  { admin, ctx }: ConsoleRequest,
  { name: typed, create }: GroupForm,
): Promise<{ id: string } | GroupProblem> {
  const name = cleanRegisteredName(typed);
  const named = (await ctx.store.directory.listGroups()).filter(
    (group) => group.name === name || group.id === name.toLowerCase(),
  );
  if (named.length > 1) return "group_ambiguous";
  if (named[0]) return named[0];
  if (!create) return "group_unknown";
  if (!isShownText(name, 256)) return "group_invalid";
  const added = await admin.groups.add({ name });
  return added === "name_taken" ? "group_unknown" : added;
}

type Outcome =
  | PersonAction
  | "removed"
  | "gone"
  | { problem: PersonProblem; typed?: PersonDetail["shown"]; group?: GroupForm };

/** Makes one change of the person in the path. Afterwards the page says what was done, or what to do. */
async function changing(
  request: ConsoleRequest,
  change: (user: User) => Outcome | Promise<Outcome>,
): Promise<ConsoleAnswer> {
  const user = await find(request);
  const outcome = await change(user);
  if (outcome === "gone") throw notFound();
  if (outcome === "removed") return { to: "/console/people?done=removed" };
  if (typeof outcome === "string") return { to: `/console/people/${user.id}?done=${outcome}` };
  // Another administrator may have changed or removed the person in the meantime.
  return page(request, await find(request), outcome);
}

/** Unless the form says that it was asked. The operator of an embedded tenant is no user. */
function isOneself({ userId, fields }: ConsoleRequest, id: string): boolean {
  return userId === id && fields.get("sure") !== "yes";
}

const canUsePassword = (user: User) => user.disabledAt === null && passwordStateOf(user) === "set";

/** @throws PageProblem */
async function find(request: ConsoleRequest): Promise<User> {
  const id = idIn(request);
  const user = id === undefined ? undefined : await request.ctx.store.directory.findUser(id);
  if (!user) throw notFound();
  return user;
}

async function page(
  { ctx, now, userId }: ConsoleRequest,
  user: User,
  { done = null, problem = null, typed, group = { name: "", create: false } }: Shown,
): Promise<ConsoleAnswer> {
  const { store } = ctx;
  const { id, email, displayName } = user;
  const [passkeys, totp, codes, memberOf, groups, families, records, refusedUntil] = await Promise.all([
    store.passkeys.listOf(id),
    store.factors.totpOf(id),
    store.factors.countRecoveryCodes(id),
    store.directory.groupsOf(id),
    store.directory.listGroups(),
    store.tokens.listFamilies({ userId: id, limit: DEVICES + 1, now }),
    store.audit.listOwn({ userId: id, since: now - ACTIVITY_MS, events: OWN_ACTIVITY, limit: RECORDS }),
    store.throttle.fullUntil(passwordLimitOf(user), now),
  ]);
  const shown = { email, displayName };
  const detail: PersonDetail = {
    ...{ id, shown, attributes: user.attributes, createdAt: user.createdAt, disabledAt: user.disabledAt },
    ...{ administrator: user.administrator, oneself: userId === id, password: passwordStateOf(user) },
    passwordsRefusedUntil: canUsePassword(user) ? refusedUntil : null,
    passkeys: passkeys.map(({ name, createdAt, lastUsedAt }) => ({ name, createdAt, lastUsedAt })),
    authenticator: totp ? { since: totp.createdAt, codesLeft: codes } : null,
    groups: groups.filter(({ id }) => memberOf.includes(id)).map(({ id, name }) => ({ id, name })),
    devices: families.slice(0, DEVICES).map((family) => ({
      ...{ id: family.id, appName: family.appName, createdAt: family.createdAt, lastUsedAt: family.lastUsedAt },
      ...{ name: family.device.label ?? family.device.deviceName, from: family.device.signedInFrom },
    })),
    moreDevices: families.length > DEVICES,
    activity: await shownRecords(store, records),
  };
  const suggested = groups
    .filter(({ id }) => !memberOf.includes(id))
    .slice(0, SUGGESTED)
    .map(({ name }) => name);
  return {
    view: { page: "console_person", person: detail, typed: typed ?? shown, group, suggested, done, problem },
  };
}

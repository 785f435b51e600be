import { normalizeEmail } from "../directory/entities.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { OPERATOR, type OperatorContext } from "./admin-context.ts";
import { people } from "./people.ts";
import { accountRefused, recoverAdministrator } from "./recover-administrator.ts";
import type { TenantAdmin } from "./tenant-admin.ts";

/** Users, on behalf of those who run the tenant. */
export function operatorPeople(ctx: OperatorContext): TenantAdmin["people"] {
  const changes = people(ctx, OPERATOR);
  const { directory } = ctx.store;
  const person = async <Outcome>(id: string, done: Promise<Outcome | undefined>): Promise<Outcome> => {
    const outcome = await done;
    if (outcome === undefined || outcome === "unknown") throw unknownUser(id);
    return outcome;
  };

  return {
    list: () => directory.listUsers(),
    find: (email) => directory.findUserByEmail(normalizeEmail(email)),
    async add(account) {
      const added = await changes.add(account);
      if (typeof added === "string") throw accountRefused(added, account.email, account.displayName);
      return added;
    },
    async disable(id) {
      const disabling = changes.change(id, () => ({ disabled: true }), "disabled");
      await person(id, disabling);
    },
    async enable(id) {
      const enabling = changes.change(id, () => ({ disabled: false }), "disabled");
      await person(id, enabling);
    },
    async setAdministrator(id, administrator) {
      await person(id, changes.setAdministrator(id, administrator));
    },
    recoverAdministrator: (account) => recoverAdministrator(ctx, account),
    endSignIns: (id) => person(id, changes.endSignIns(id)),
    resetFactors: (id) => person(id, changes.resetFactors(id)),
    async edit(id, given) {
      for (;;) {
        const shown = await person(id, directory.findUser(id));
        const edited = await changes.edit(id, { shown, ...given });
        switch (edited.outcome) {
          case "done":
            return edited.user;
          case "same":
            return shown;
          case "unknown":
            throw unknownUser(id);
          case "taken":
          case "email_invalid":
          case "name_invalid":
            throw accountRefused(edited.outcome, given.email ?? shown.email, given.displayName);
          case "changed":
          // Another process changed the name or the address meanwhile. What is given here wins.
        }
      }
    },
    voidPassword: (id) => person(id, changes.voidPassword(id)),
    remove: async (id) => (await changes.remove(id)) === true,
  };
}

export const unknownUser = (id: string) =>
  new TenantError("user_unknown", `No user has the ID ${id}.`, "List the users: doorcode tenant users");

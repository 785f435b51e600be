import { randomBytes } from "node:crypto";
import { createUser, makeAdministrator, patchUser, withdrawAdministrator } from "../graph/people.ts";
import { PrepareError } from "../prepare-error.ts";
import { Changes, type Comparison, type Work, workOf } from "./work.ts";

/** Test users of the embedded tenant. One that is there keeps its password, whatever the file says. */
export function userWork({ model, current, env }: Comparison): Work[] {
  return Object.entries(model.users).map(([email, { name, passwordFrom }]) => {
    const user = current.users.get(email);
    const changes = new Changes();
    changes.text("name", user?.name, name);
    if (!user) changes.text("password", undefined, passwordFrom ? `from ${passwordFrom}` : "one that nobody knows");
    return workOf({ kind: "user", name: email, exists: user !== undefined, changes: changes.list }, async (graph) => {
      if (user) {
        await graph.send(patchUser(user.id, { displayName: name }));
        user.name = name;
        return;
      }
      const password = passwordFrom === undefined ? randomBytes(32).toString("base64url") : env[passwordFrom];
      if (!password) throw missingPassword(email, passwordFrom ?? "");
      const { defaultDomain } = current.tenant;
      const made = await graph.send(createUser({ email, name, issuer: defaultDomain, password }));
      if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the user ${email} no id.`);
      graph.created(made.id);
      current.users.set(email, { id: made.id, name, administratorBy: undefined });
    });
  });
}

/** Throws before anything is changed when a user that must be made has no password to be made with. */
export function checkPasswords({ model, current, env }: Comparison): void {
  for (const [email, { passwordFrom }] of Object.entries(model.users))
    if (passwordFrom !== undefined && !current.users.has(email) && !env[passwordFrom])
      throw missingPassword(email, passwordFrom);
}

function missingPassword(email: string, variable: string): PrepareError {
  return new PrepareError(
    "password_missing",
    `The password of ${email} comes from the environment variable ${variable}, which is not set. Nothing was changed.`,
    { hint: `Set ${variable}, or leave \`passwordFrom\` of ${email} out for a password that nobody knows.` },
  );
}

/** Who is made administrator. Who is one and not named so by the file stays one, unless pruning. */
export function administratorWork({ model, current, prune }: Comparison): Work[] {
  return Object.entries(model.users).flatMap(([email, { administrator }]) => {
    const present = current.users.get(email)?.administratorBy;
    if (!administrator && !(prune && present)) return [];
    const changes = new Changes();
    changes.flag("administrator", present ? true : undefined, administrator);
    return workOf(
      { kind: "administrator", name: email, exists: present !== undefined, changes: changes.list },
      async (graph) => {
        const user = current.users.get(email);
        if (!user) throw new PrepareError("conflicts_with_tenant", `There is no user ${email}.`);
        if (administrator) {
          const made = await graph.send(makeAdministrator(user.id));
          user.administratorBy = made?.id;
        } else if (user.administratorBy) {
          await graph.send(withdrawAdministrator(user.administratorBy));
          user.administratorBy = undefined;
        }
      },
    );
  });
}

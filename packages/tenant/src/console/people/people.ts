import { cleanDisplayName } from "../../directory/identity.ts";
import { newPassword } from "../../directory/password.ts";
import type { NewPersonProblem, PeopleFilter } from "../../ui/console/people.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, textIn } from "../found.ts";
import { keyIn, PAGE_ROWS, pageOf } from "../paging.ts";

/** The list, by address: 50 a page. */
export async function getPeople({ ctx, fields }: ConsoleRequest): Promise<ConsoleAnswer> {
  const search = textIn({ fields }, "q");
  const only = filterOf(fields.get("only"));
  const [after = ""] = keyIn(fields, [""]) ?? [];
  const { users } = ctx.store.administration;
  const [found, total] = await Promise.all([
    users.list({
      prefix: cleanDisplayName(search),
      only: only === "all" ? undefined : only,
      after,
      limit: PAGE_ROWS + 1,
    }),
    users.count(),
  ]);
  const { rows, next } = pageOf(found, ({ emailNormalized }) => [emailNormalized]);
  return {
    view: {
      page: "console_people",
      people: rows.map(({ id, email, displayName, administrator, disabledAt, createdAt }) => ({
        ...{ id, email, displayName, administrator, createdAt },
        disabled: disabledAt !== null,
      })),
      ...{ total, search, only, next, first: after === "", done: doneOf({ fields }, ["removed"]) },
    },
  };
}

function filterOf(given: string | undefined): PeopleFilter {
  return given === "disabled" || given === "administrators" ? given : "all";
}

export async function getNewPerson(): Promise<ConsoleAnswer> {
  return {
    view: {
      page: "console_new_person",
      typed: { email: "", name: "" },
      administrator: false,
      password: "none",
      problem: null,
    },
  };
}

/**
 * A generated password is shown in the answer, and nowhere else. One that was typed is used, or the form comes back: an
 * account without it would surprise the person, and the administrator who gave it to them.
 */
export async function postNewPerson({ admin, fields }: ConsoleRequest): Promise<ConsoleAnswer> {
  const email = fields.get("email") ?? "";
  const name = fields.get("name") ?? "";
  const given = fields.get("password_kind");
  const kind = given === "generated" || given === "typed" ? given : "none";
  const generated = kind === "generated" ? newPassword() : undefined;
  const administrator = fields.get("administrator") === "yes";
  const password = fields.get("password") ?? "";
  const again = (problem: NewPersonProblem): ConsoleAnswer => {
    const typed = { email: email.slice(0, 254), name: name.slice(0, 254) };
    return { view: { page: "console_new_person", typed, administrator, password: kind, problem } };
  };
  if (kind !== "typed" && password !== "") return again("password_beside");
  const added = await admin.people.add({
    email,
    displayName: name.trim() === "" ? undefined : name,
    password: kind === "typed" ? password : generated,
    administrator,
  });
  if (typeof added === "string") return again(added);
  if (generated === undefined) return { to: `/console/people/${added.id}?done=added` };
  const { id, displayName } = added;
  return { view: { page: "console_person_added", id, email: added.email, displayName, password: generated } };
}

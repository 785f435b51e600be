import { normalizeEmail } from "../../directory/entities.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import type { AppView } from "../../ui/console/app.ts";
import type { ConsoleRequest } from "../console-request.ts";

type Reader = ConsoleRequest["ctx"]["store"];

/** Assignments that the page shows. With more, groups are the better way. */
const SHOWN = 100;
/** Group names that the form suggests. Others can be typed. */
const SUGGESTED = 200;

/** Who is assigned to an app, by name. Groups come first. */
export async function assignedTo(
  { directory, permissions }: Reader,
  clientId: string,
): Promise<Pick<AppView, "assigned" | "moreAssigned" | "groups">> {
  const [all, groups] = await Promise.all([permissions.assignmentsAt(clientId), directory.listGroups()]);
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  const ids = all
    .filter(({ roleValue }) => roleValue === null)
    .map(({ principalId }) => principalId)
    .sort((one, other) => Number(names.has(other)) - Number(names.has(one)));
  const assigned = await Promise.all(
    ids.slice(0, SHOWN).map(async (id): Promise<AppView["assigned"][number]> => {
      const group = names.get(id);
      if (group !== undefined) return { id, kind: "group", name: group };
      const user = await directory.findUser(id);
      return user ? { id, kind: "person", name: user.email } : { id, kind: null, name: id };
    }),
  );
  const taken = new Set(ids);
  const free = groups.filter(({ id }) => !taken.has(id)).map(({ name }) => name);
  return { assigned, moreAssigned: ids.length - assigned.length, groups: free.slice(0, SUGGESTED) };
}

/** The ID of the person with this address, or of the group with this name or ID. */
export async function principalNamed(
  { directory }: Reader,
  typed: string,
): Promise<{ id: string } | "assignee_unknown" | "assignee_ambiguous"> {
  const user = typed.includes("@") ? await directory.findUserByEmail(normalizeEmail(typed)) : undefined;
  if (user) return { id: user.id };
  const name = cleanRegisteredName(typed);
  const groups = (await directory.listGroups()).filter(
    (group) => group.name === name || group.id === typed.toLowerCase(),
  );
  if (groups.length > 1) return "assignee_ambiguous";
  return groups[0] ? { id: groups[0].id } : "assignee_unknown";
}

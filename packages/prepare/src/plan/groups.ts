import { addMember, getGroup, groupBody, patchGroup, removeMember, upsertGroup } from "../graph/people.ts";
import { PrepareError } from "../prepare-error.ts";
import { markedDescription, readDescription } from "./marks.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

export function groupWork({ model, current }: Comparison): Work[] {
  return Object.entries(model.groups).map(([key, { displayName, description }]) => {
    const group = current.groups.get(key);
    const changes = new Changes();
    const present = readDescription(group?.description);
    const renamed = changes.text("display name", group?.displayName ?? "", displayName);
    const described = changes.text("description", present.text, description);
    return workOf({ kind: "group", name: key, exists: group !== undefined, changes: changes.list }, async (graph) => {
      if (group) {
        const text = present.key === undefined ? description : markedDescription(description, present.key);
        const body = { ...(renamed && { displayName }), ...(described && { description: text }) };
        await graph.send(patchGroup(group.id, body));
        Object.assign(group, body);
        return;
      }
      const body = groupBody({
        displayName,
        description: markedDescription(description, key),
        mailNickname: nickname(key),
      });
      const made = await graph.send(upsertGroup(key, body));
      if (!made) graph.created(`uniqueName='${key}'`);
      const found = made ?? (await graph.send(getGroup(key)));
      if (!found?.id) throw new PrepareError("graph_misbehaved", `Graph gives the group ${key} no id.`);
      graph.created(found.id);
      current.groups.set(key, { ...found, id: found.id });
    });
  });
}

/** Graph wants one of every group, mail or not: 64 characters of ASCII, without some. */
function nickname(key: string): string {
  return key.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 64);
}

/**
 * Members that the file lists are added. When pruning, those whom it does not list are removed; on Entra nobody is, as
 * a file for Entra lists no users.
 */
export function memberWork({ model, current, target, prune }: Comparison): Work[] {
  return Object.entries(model.groups).flatMap(([key, { members }]) => {
    const group = current.groups.get(key);
    const present = (group && current.members.get(group.id)) ?? new Set<string>();
    const emails = new Map([...current.users].map(([email, { id }]) => [id, email]));
    const add = members.filter((email) => !present.has(current.users.get(email)?.id ?? ""));
    const wanted = members.map((email) => current.users.get(email)?.id ?? "");
    const remove = prune && target === "doorcode" ? missing(present, wanted) : [];
    if (members.length === 0 && remove.length === 0) return [];
    const changes = new Changes();
    changes.added("members", add);
    changes.removed(
      "members",
      remove.map((id) => emails.get(id) ?? id),
    );
    return workOf({ kind: "members", name: key, exists: present.size > 0, changes: changes.list }, async (graph) => {
      const groupId = current.groups.get(key)?.id ?? "";
      const there = current.members.get(groupId) ?? new Set<string>();
      current.members.set(groupId, there);
      for (const email of add) {
        const id = current.users.get(email)?.id ?? "";
        await graph.send(addMember(graph.base, groupId, id));
        there.add(id);
      }
      for (const id of remove) {
        await graph.send(removeMember(groupId, id));
        there.delete(id);
      }
    });
  });
}

import type { User } from "../../directory/entities.ts";
import { cleanDisplayName, MAX_DISPLAY_NAME } from "../../directory/identity.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { changingOwn, viewingOwn } from "./own-change.ts";

export async function getProfile(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async (user) => profilePage(user, user.displayName, null));
}

/** Changes the display name. */
export async function postProfile(request: PageRequest): Promise<Answer> {
  return changingOwn(request, async ({ user, by, record, refused }) => {
    const name = cleanDisplayName(request.fields.get("display_name") ?? "");
    const problem = name === "" ? "empty" : [...name].length > MAX_DISPLAY_NAME ? "long" : null;
    if (problem) return profilePage(user, name, problem);
    const audit = record("user.changed", { detail: { changed: "displayName" } });
    const changed = await request.ctx.store.ownAccount.changeName(by, name, audit);
    return changed === "refused" ? refused : { to: "/me?saved=name" };
  });
}

function profilePage({ email }: User, typed: string, problem: null | "empty" | "long"): Answer {
  return { view: { page: "my_profile", typed: typed.slice(0, 300), email, problem } };
}

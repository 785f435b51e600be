import { hashSecret } from "../../kernel/seal.ts";
import type { ActionLink } from "../../storage/store.ts";
import type { Answer, Visit } from "../page-request.ts";

/** The secret stands in the address: no page that is asked for from here learns it, our own included. */
const referrerPolicy = "strict-origin";

const deadLink: Answer = { view: { page: "dead_link" }, referrerPolicy };

/**
 * Where the link of a notice leads. It says what the button will do and does nothing itself: mail scanners open links,
 * and their readers' browsers fetch them ahead.
 */
export async function showNotMe(visit: Visit): Promise<Answer> {
  const token = tokenOf(visit);
  const link = token && (await visit.ctx.store.links.find(hashSecret(token), visit.now));
  if (!link) return deadLink;
  const { purpose, createdAt } = link;
  const view = { page: "not_me", token, purpose, appName: await appNameOf(visit, link), at: createdAt } as const;
  return { view, referrerPolicy };
}

/** Once; the page that comes of it leads to a new password. */
export async function takeNotMe(visit: Visit): Promise<Answer> {
  const token = tokenOf(visit);
  const { ctx, now, ip } = visit;
  const used = token ? await ctx.store.links.use({ tokenHash: hashSecret(token), now, ip }) : undefined;
  if (used?.outcome !== "done") return deadLink;
  const { purpose } = used.link;
  return { view: { page: "not_me_done", purpose, appName: await appNameOf(visit, used.link) }, referrerPolicy };
}

/** What could be one of ours; undefined for anything else, which no store is asked about. */
function tokenOf({ fields }: Visit): string | undefined {
  const token = fields.get("token") ?? "";
  return /^[\w-]{43}$/.test(token) ? token : undefined;
}

/** Null once the row of the device's sign-in is gone. */
async function appNameOf({ ctx }: Visit, { purpose, subject }: ActionLink): Promise<string | null> {
  if (purpose !== "new_device") return null;
  const grant = await ctx.store.grants.findById(subject);
  const app = grant && (await ctx.store.directory.findApp(grant.clientId));
  return app?.name ?? null;
}

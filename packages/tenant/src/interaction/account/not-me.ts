import { hashSecret } from "../../kernel/seal.ts";
import type { ActionLink } from "../../storage/store.ts";
import type { Answer, PageRequest } from "../page-request.ts";

/** The secret stands in the address: no page that is asked for from here learns it, our own included. */
const referrerPolicy = "strict-origin";

const deadLink: Answer = { view: { page: "dead_link" }, referrerPolicy };

/**
 * Where the link of a notice leads. It says what the button will do and does nothing itself: mail scanners open links,
 * and their readers' browsers fetch them ahead.
 */
export async function getNotMe(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  const link = token && (await request.ctx.store.links.find(hashSecret(token), request.now));
  if (!link) return deadLink;
  const { purpose, createdAt } = link;
  const view = { page: "not_me", token, purpose, appName: await appNameOf(request, link), at: createdAt } as const;
  return { view, referrerPolicy };
}

/** Once; the page that comes of it leads to a new password. */
export async function postNotMe(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  const { ctx, now, ip } = request;
  const used = token ? await ctx.store.links.use({ tokenHash: hashSecret(token), now, ip }) : undefined;
  if (used?.outcome !== "done") return deadLink;
  const { purpose } = used.link;
  return { view: { page: "not_me_done", purpose, appName: await appNameOf(request, used.link) }, referrerPolicy };
}

/** What could be one of ours; undefined for anything else, which no store is asked about. */
function tokenOf({ fields }: PageRequest): string | undefined {
  const token = fields.get("token") ?? "";
  return /^[\w-]{43}$/.test(token) ? token : undefined;
}

/** Null once the row of the device's sign-in or of the program is gone. */
async function appNameOf({ ctx }: PageRequest, link: ActionLink): Promise<string | null> {
  const clientId = await clientIdOf(ctx, link);
  const app = clientId && (await ctx.store.directory.findApp(clientId));
  return app ? app.name : null;
}

async function clientIdOf(ctx: PageRequest["ctx"], { purpose, subject }: ActionLink): Promise<string | undefined> {
  switch (purpose) {
    case "new_device":
      return (await ctx.store.grants.findById(subject))?.clientId;
    case "refresh_token_reused":
    case "refresh_token_repeated":
      return subject;
  }
}

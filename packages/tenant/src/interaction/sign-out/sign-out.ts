import type { Answer, Visit } from "../page-request.ts";
import { signOut } from "../session.ts";

interface Return {
  clientId: string;
  uri: string;
  state: string | null;
}

/** Asks before it signs out: a link alone must not (OpenID Connect RP-Initiated Logout §2). */
export async function showSignOut(visit: Visit): Promise<Answer> {
  const back = await validReturn(visit);
  if (!visit.user && !back) return { view: { page: "signed_out" } };
  const view = {
    page: "sign_out" as const,
    displayName: visit.user?.displayName ?? null,
    returnTo: back?.uri ?? null,
    state: back?.state ?? null,
    clientId: back?.clientId ?? null,
  };
  return back ? { view, formTarget: back.uri } : { view };
}

export async function takeSignOut(visit: Visit): Promise<Answer> {
  const back = await validReturn(visit);
  await signOut(visit);
  if (!back) return { to: "/sign-out" };
  const target = new URL(back.uri);
  if (back.state !== null) target.searchParams.append("state", back.state);
  return { to: target.href };
}

/** Only a URI that the app has registered, character by character: no open redirect (ASVS 3.7.2). */
async function validReturn(visit: Visit): Promise<Return | undefined> {
  const uri = visit.fields.get("post_logout_redirect_uri") ?? "";
  const clientId = (visit.fields.get("client_id") ?? "").toLowerCase();
  if (uri === "" || !/^[0-9a-f-]{36}$/.test(clientId)) return undefined;
  const app = await visit.ctx.store.directory.findApp(clientId);
  if (!app || app.disabledAt !== null || !app.postLogoutRedirectUris.includes(uri) || !URL.canParse(uri))
    return undefined;
  const state = visit.fields.get("state") ?? "";
  return { clientId, uri, state: state === "" || state.length > 2_048 ? null : state };
}

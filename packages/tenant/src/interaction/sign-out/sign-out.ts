import type { Answer, PageRequest } from "../page-request.ts";
import { signOut } from "../session.ts";

interface Return {
  clientId: string;
  uri: string;
  state: string | null;
}

/** Asks before it signs out: a link alone must not (OpenID Connect RP-Initiated Logout §2). */
export async function getSignOut(request: PageRequest): Promise<Answer> {
  const back = await validReturn(request);
  if (!request.user && !back) return { view: { page: "signed_out" } };
  const view = {
    page: "sign_out" as const,
    displayName: request.user?.displayName ?? null,
    returnTo: back?.uri ?? null,
    state: back?.state ?? null,
    clientId: back?.clientId ?? null,
  };
  return back ? { view, formTarget: back.uri } : { view };
}

export async function postSignOut(request: PageRequest): Promise<Answer> {
  const back = await validReturn(request);
  await signOut(request);
  if (!back) return { to: "/sign-out" };
  const target = new URL(back.uri);
  if (back.state !== null) target.searchParams.append("state", back.state);
  return { to: target.href };
}

/** Only a URI that the app has registered, compared exactly: no open redirect (ASVS 3.7.2). */
async function validReturn(request: PageRequest): Promise<Return | undefined> {
  const uri = request.fields.get("post_logout_redirect_uri") ?? "";
  const clientId = (request.fields.get("client_id") ?? "").toLowerCase();
  if (uri === "" || !/^[0-9a-f-]{36}$/.test(clientId)) return undefined;
  const app = await request.ctx.store.directory.findApp(clientId);
  if (!app || app.disabledAt !== null || !app.postLogoutRedirectUris.includes(uri) || !URL.canParse(uri))
    return undefined;
  const state = request.fields.get("state") ?? "";
  return { clientId, uri, state: state === "" || state.length > 2_048 ? null : state };
}

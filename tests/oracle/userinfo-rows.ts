import { type Peer, post, signIn } from "./peer.ts";
import { bareRefusal, type Row } from "./row.ts";

function get(peer: Peer, headers: Record<string, string> = {}): Promise<Response> {
  return peer.fetch(String(peer.metadata.userinfo_endpoint), { headers });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** OpenID Connect Core §5.3, RFC 6750. */
export const userinfoRows: Row[] = [
  { title: "a valid token", ask: async (peer) => get(peer, bearer((await signIn(peer)).access_token)) },
  {
    title: "a valid token by POST",
    ask: async (peer) => post(peer, "userinfo", {}, bearer((await signIn(peer)).access_token)),
  },
  {
    title: "a valid token in the body",
    ask: async (peer) => post(peer, "userinfo", { access_token: (await signIn(peer)).access_token }),
    differs: {
      as: "userinfo-token-in-body",
      ours: { status: 401, json: false, challenge: "Bearer", members: [] },
      theirs: { status: 200, json: true, challenge: null, members: ["name", "sub"] },
    },
  },
  {
    title: "a valid token in the query",
    ask: async (peer) => {
      const { access_token } = await signIn(peer);
      return peer.fetch(`${peer.metadata.userinfo_endpoint}?access_token=${access_token}`);
    },
    differs: {
      as: "userinfo-no-token",
      ours: { status: 401, error: null, json: false, challenge: "Bearer" },
      theirs: { status: 400, error: "invalid_request", json: true, challenge: "Bearer invalid_request" },
    },
  },
  {
    title: "no more than the scopes allow",
    ask: async (peer) => get(peer, bearer((await signIn(peer, peer.clients.tv, "openid")).access_token)),
  },
  { title: "no token", ask: (peer) => get(peer), differs: bareRefusal("invalid_token") },
  {
    title: "a forged token",
    ask: (peer) => get(peer, bearer("unknown")),
    differs: bareRefusal("invalid_token"),
  },
  {
    title: "an ID token",
    ask: async (peer) => get(peer, bearer((await signIn(peer)).id_token)),
    differs: bareRefusal("invalid_token"),
  },
  {
    title: "a refresh token",
    ask: async (peer) => get(peer, bearer((await signIn(peer)).refresh_token)),
    differs: bareRefusal("invalid_token"),
  },
  {
    title: "a token without the scope openid",
    ask: async (peer) => get(peer, bearer((await signIn(peer, peer.clients.tv, "profile")).access_token)),
    differs: bareRefusal("insufficient_scope"),
  },
  {
    title: "another scheme",
    ask: (peer) => get(peer, { authorization: "Basic dHY6dHY=" }),
    differs: {
      as: "userinfo-no-token",
      ours: { status: 401, error: null, json: false, challenge: "Bearer" },
      theirs: { status: 400, error: "invalid_request", json: true, challenge: "Bearer invalid_request" },
    },
  },
];

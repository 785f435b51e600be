import { credentials, type Peer, type PeerClient, post, refresh, signIn } from "./peer.ts";
import { bareRefusal, clientMissing, type Row } from "./row.ts";

function revoke(
  peer: Peer,
  token: string,
  client: PeerClient = peer.clients.tv,
  more: Record<string, string> = {},
): Promise<Response> {
  return post(peer, "revocation", { ...credentials(client), token, ...more });
}

function userinfo(peer: Peer, accessToken: string): Promise<Response> {
  return peer.fetch(String(peer.metadata.userinfo_endpoint), { headers: { authorization: `Bearer ${accessToken}` } });
}

/** RFC 7009. */
export const revocationRows: Row[] = [
  { title: "a refresh token", ask: async (peer) => revoke(peer, (await signIn(peer)).refresh_token) },
  {
    title: "a refresh token under a wrong hint",
    ask: async (peer) =>
      revoke(peer, (await signIn(peer)).refresh_token, peer.clients.tv, { token_type_hint: "access_token" }),
  },
  { title: "an unknown token", ask: (peer) => revoke(peer, "unknown") },
  { title: "an access token", ask: async (peer) => revoke(peer, (await signIn(peer)).access_token) },
  {
    title: "the same refresh token twice",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await revoke(peer, refresh_token);
      return revoke(peer, refresh_token);
    },
  },
  {
    title: "a refresh token of another client",
    ask: async (peer) => revoke(peer, (await signIn(peer)).refresh_token, peer.clients.printer),
    differs: {
      as: "revocation-foreign",
      ours: { status: 400, error: "invalid_grant", json: true },
      theirs: { status: 200, error: null, json: false },
    },
  },
  {
    title: "a refresh token that another client tried to revoke stays valid",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await revoke(peer, refresh_token, peer.clients.printer);
      return refresh(peer, refresh_token);
    },
  },
  { title: "no token", ask: (peer) => post(peer, "revocation", credentials(peer.clients.tv)) },
  {
    title: "a wrong secret",
    ask: async (peer) => revoke(peer, "unknown", { ...peer.clients.server, secret: "wrong" }),
  },
  {
    title: "no client at all",
    ask: (peer) => post(peer, "revocation", { token: "unknown" }),
    differs: clientMissing,
  },
  {
    title: "a renewal after the refresh token was revoked",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await revoke(peer, refresh_token);
      return refresh(peer, refresh_token);
    },
  },
  {
    title: "userinfo after the refresh token was revoked",
    ask: async (peer) => {
      const { refresh_token, access_token } = await signIn(peer);
      await revoke(peer, refresh_token);
      return userinfo(peer, access_token);
    },
    differs: bareRefusal("invalid_token"),
  },
  {
    title: "a renewal after the access token was revoked",
    ask: async (peer) => {
      const { refresh_token, access_token } = await signIn(peer);
      await revoke(peer, access_token);
      return refresh(peer, refresh_token);
    },
  },
];

import { credentials, type Peer, post, refresh, SCOPE, signIn, type Tokens } from "./peer.ts";
import type { Row } from "./row.ts";

async function refreshed(peer: Peer, refreshToken: string): Promise<Tokens> {
  return (await (await refresh(peer, refreshToken)).json()) as Tokens;
}

const renewed = ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"];

export const refreshRows: Row[] = [
  { title: "a renewal", ask: async (peer) => refresh(peer, (await signIn(peer)).refresh_token) },
  {
    title: "a renewal of a confidential client",
    ask: async (peer) => {
      const { server } = peer.clients;
      return refresh(peer, (await signIn(peer, server)).refresh_token, {}, server);
    },
  },
  {
    title: "a renewal with the new refresh token",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      return refresh(peer, (await refreshed(peer, refresh_token)).refresh_token);
    },
  },
  {
    title: "a renewal for fewer scopes",
    ask: async (peer) => refresh(peer, (await signIn(peer)).refresh_token, { scope: "openid" }),
  },
  {
    title: "a renewal without openid gives no ID token",
    ask: async (peer) => refresh(peer, (await signIn(peer)).refresh_token, { scope: "profile" }),
  },
  {
    title: "a renewal for more scopes than were consented",
    ask: async (peer) => refresh(peer, (await signIn(peer)).refresh_token, { scope: `${SCOPE} email` }),
    differs: { as: "refresh-more", ours: { error: "invalid_grant" }, theirs: { error: "invalid_scope" } },
  },
  {
    title: "a renewal for more scopes leaves the refresh token as it was",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await refresh(peer, refresh_token, { scope: `${SCOPE} email` });
      return refresh(peer, refresh_token);
    },
  },
  {
    title: "a second use of the refresh token, at once",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await refresh(peer, refresh_token);
      return refresh(peer, refresh_token);
    },
    differs: {
      as: "refresh-grace",
      ours: { status: 200, error: null, members: renewed },
      theirs: { status: 400, error: "invalid_grant", members: [] },
    },
  },
  {
    title: "a second use of the refresh token, after its successor was used",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await refreshed(peer, (await refreshed(peer, refresh_token)).refresh_token);
      return refresh(peer, refresh_token);
    },
  },
  {
    title: "the newest refresh token, after an old one was used again",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      const second = await refreshed(peer, refresh_token);
      const third = await refreshed(peer, second.refresh_token);
      await refresh(peer, refresh_token);
      return refresh(peer, third.refresh_token);
    },
  },
  { title: "an unknown refresh token", ask: (peer) => refresh(peer, "unknown") },
  {
    title: "a refresh token of another client",
    ask: async (peer) => refresh(peer, (await signIn(peer)).refresh_token, {}, peer.clients.printer),
  },
  {
    title: "a refresh token that another client tried stays valid for its own client",
    ask: async (peer) => {
      const { refresh_token } = await signIn(peer);
      await refresh(peer, refresh_token, {}, peer.clients.printer);
      return refresh(peer, refresh_token);
    },
  },
  {
    title: "an access token instead of the refresh token",
    ask: async (peer) => refresh(peer, (await signIn(peer)).access_token),
  },
  {
    title: "no refresh token",
    ask: (peer) => post(peer, "token", { ...credentials(peer.clients.tv), grant_type: "refresh_token" }),
  },
];

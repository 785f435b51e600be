import { basic, credentials, type Fields, type Peer, post, SCOPE } from "./peer.ts";
import { challengeError, clientMissing, type Row } from "./row.ts";

const ask = (peer: Peer, fields: Fields, headers?: Record<string, string>) =>
  post(peer, "device_authorization", fields, headers);
const tv = (peer: Peer) => credentials(peer.clients.tv);

const gotCode = ["device_code", "expires_in", "user_code", "verification_uri", "verification_uri_complete"];
const withInterval = {
  as: "interval",
  ours: { members: [...gotCode, "interval"].sort() },
  theirs: { members: gotCode },
};

export const deviceAuthorizationRows: Row[] = [
  {
    title: "a public client gets a code",
    ask: (peer) => ask(peer, { ...tv(peer), scope: SCOPE }),
    differs: withInterval,
  },
  {
    title: "a confidential client gets a code with its secret in the body",
    ask: (peer) => ask(peer, { ...credentials(peer.clients.server), scope: SCOPE }),
    differs: withInterval,
  },
  {
    title: "a confidential client gets a code by HTTP Basic, its secret form-encoded",
    ask: (peer) => ask(peer, { scope: SCOPE }, basic(peer.clients.server.clientId, peer.clients.server.secret)),
    differs: withInterval,
  },
  {
    title: "an empty secret counts as left out, an unknown parameter is ignored",
    ask: (peer) => ask(peer, { ...tv(peer), scope: SCOPE, client_secret: "", colour: "blue" }),
    differs: withInterval,
  },
  {
    title: "no client at all",
    ask: (peer) => ask(peer, { scope: SCOPE }),
    differs: clientMissing,
  },
  { title: "an unknown client", ask: (peer) => ask(peer, { client_id: "unknown", scope: SCOPE }) },
  {
    title: "a confidential client without its secret",
    ask: (peer) => ask(peer, { client_id: peer.clients.server.clientId, scope: SCOPE }),
  },
  {
    title: "a wrong secret in the body",
    ask: (peer) => ask(peer, { client_id: peer.clients.server.clientId, client_secret: "wrong", scope: SCOPE }),
  },
  {
    title: "a wrong secret by HTTP Basic",
    ask: (peer) => ask(peer, { scope: SCOPE }, basic(peer.clients.server.clientId, "wrong")),
    differs: challengeError,
  },
  {
    title: "a secret twice, in the body and by HTTP Basic",
    ask: (peer) => {
      const { server } = peer.clients;
      return ask(peer, { ...credentials(server), scope: SCOPE }, basic(server.clientId, server.secret));
    },
  },
  {
    title: "HTTP Basic that is not Base64",
    ask: (peer) => ask(peer, { scope: SCOPE }, { authorization: "Basic ?" }),
    differs: {
      as: "basic-malformed",
      ours: { status: 401, error: "invalid_client", challenge: "Basic" },
      theirs: { status: 400, error: "invalid_request", challenge: null },
    },
  },
  {
    title: "no scope",
    ask: (peer) => ask(peer, tv(peer)),
    differs: {
      as: "scope-required",
      ours: { status: 400, error: "invalid_request", members: [] },
      theirs: { status: 200, error: null, members: gotCode },
    },
  },
  {
    title: "an unsupported scope",
    ask: (peer) => ask(peer, { ...tv(peer), scope: "openid nothing" }),
    differs: {
      as: "scope-unknown",
      ours: { status: 400, error: "invalid_scope", members: [] },
      theirs: { status: 200, error: null, members: gotCode },
    },
  },
  {
    title: "a parameter given twice",
    ask: (peer) => ask(peer, [...Object.entries(tv(peer)), ["scope", SCOPE], ["scope", "openid"]]),
  },
  {
    title: "a JSON body",
    ask: (peer) =>
      peer.fetch(String(peer.metadata.device_authorization_endpoint), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...tv(peer), scope: SCOPE }),
      }),
    differs: { as: "content-type", ours: { status: 415 }, theirs: { status: 400 } },
  },
];

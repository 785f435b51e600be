import { basic, credentials, DEVICE_CODE_GRANT, type Peer, poll, post, signIn, startDevice } from "./peer.ts";
import { challengeError, clientMissing, type Row } from "./row.ts";

const tv = (peer: Peer) => credentials(peer.clients.tv);

/** The device code grant (RFC 8628 §3.4, §3.5) and what precedes any grant. */
export const tokenRows: Row[] = [
  {
    title: "the tokens of an approved code",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.approve(device.user_code);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "the tokens of an approved code, to a confidential client by HTTP Basic",
    ask: async (peer) => {
      const { server } = peer.clients;
      const device = await startDevice(peer, server);
      await peer.approve(device.user_code);
      const fields = { grant_type: DEVICE_CODE_GRANT, device_code: device.device_code };
      return post(peer, "token", fields, basic(server.clientId, server.secret));
    },
  },
  {
    title: "no refresh token when offline_access was not asked for",
    ask: async (peer) => {
      const device = await startDevice(peer, peer.clients.tv, "openid profile");
      await peer.approve(device.user_code);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "not decided yet",
    ask: async (peer) => poll(peer, (await startDevice(peer)).device_code),
  },
  {
    title: "not decided yet, and the client polls too fast",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await poll(peer, device.device_code);
      return poll(peer, device.device_code);
    },
    differs: { as: "slow-down", ours: { error: "slow_down" }, theirs: { error: "authorization_pending" } },
  },
  {
    title: "the person declined",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.deny(device.user_code);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "the code has expired",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.expire(device.user_code);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "the code was redeemed before",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.approve(device.user_code);
      await poll(peer, device.device_code);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "userinfo after the code was presented once more",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.approve(device.user_code);
      const { access_token } = (await (await poll(peer, device.device_code)).json()) as { access_token: string };
      await poll(peer, device.device_code);
      return peer.fetch(String(peer.metadata.userinfo_endpoint), {
        headers: { authorization: `Bearer ${access_token}` },
      });
    },
    differs: {
      as: "redeemed-again",
      ours: { status: 200, error: null, challenge: null, members: ["name", "sub"] },
      theirs: { status: 401, error: "invalid_token", challenge: "Bearer invalid_token", members: [] },
    },
  },
  { title: "an unknown device_code", ask: (peer) => poll(peer, "unknown") },
  {
    title: "a code of another client",
    ask: async (peer) => poll(peer, (await startDevice(peer)).device_code, peer.clients.printer),
  },
  {
    title: "an approved code that another client tried stays valid for its own client",
    ask: async (peer) => {
      const device = await startDevice(peer);
      await peer.approve(device.user_code);
      await poll(peer, device.device_code, peer.clients.printer);
      return poll(peer, device.device_code);
    },
  },
  {
    title: "a user_code instead of the device_code",
    ask: async (peer) => poll(peer, (await startDevice(peer)).user_code),
  },
  {
    title: "a refresh token instead of the device_code",
    ask: async (peer) => poll(peer, (await signIn(peer)).refresh_token),
  },
  {
    title: "no device_code",
    ask: (peer) => post(peer, "token", { ...tv(peer), grant_type: DEVICE_CODE_GRANT }),
  },
  { title: "an empty device_code counts as left out", ask: (peer) => poll(peer, "") },
  {
    title: "device_code given twice",
    ask: async (peer) => {
      const { device_code } = await startDevice(peer);
      const fields: [string, string][] = [
        ...Object.entries(tv(peer)),
        ["grant_type", DEVICE_CODE_GRANT],
        ["device_code", device_code],
        ["device_code", device_code],
      ];
      return post(peer, "token", fields);
    },
  },
  { title: "no grant_type", ask: (peer) => post(peer, "token", { ...tv(peer), device_code: "unknown" }) },
  {
    title: "an unsupported grant type",
    ask: (peer) => post(peer, "token", { ...tv(peer), grant_type: "password", username: "ada", password: "secret" }),
  },
  {
    title: "an unknown client",
    ask: (peer) => poll(peer, "unknown", { clientId: "unknown" }),
  },
  {
    title: "no client at all",
    ask: (peer) => post(peer, "token", { grant_type: DEVICE_CODE_GRANT, device_code: "unknown" }),
    differs: clientMissing,
  },
  {
    title: "a wrong secret in the body",
    ask: (peer) => poll(peer, "unknown", { ...peer.clients.server, secret: "wrong" }),
  },
  {
    title: "a wrong secret by HTTP Basic",
    ask: (peer) => {
      const fields = { grant_type: DEVICE_CODE_GRANT, device_code: "unknown" };
      return post(peer, "token", fields, basic(peer.clients.server.clientId, "wrong"));
    },
    differs: challengeError,
  },
  {
    title: "a public client that sends a secret",
    ask: async (peer) => poll(peer, (await startDevice(peer)).device_code, { ...peer.clients.tv, secret: "made up" }),
  },
  {
    title: "GET",
    ask: (peer) => peer.fetch(String(peer.metadata.token_endpoint)),
    differs: {
      as: "method",
      ours: { status: 405, error: "invalid_request", json: true },
      theirs: { status: 404, error: null, json: false },
    },
  },
];

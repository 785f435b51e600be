import type { AddressInfo } from "node:net";

/** A client that both servers have registered, with the credentials that each issued. */
export interface PeerClient {
  clientId: string;
  secret?: string;
}

/** One of the two authorization servers that get the same requests. */
export interface Peer {
  name: "ours" | "theirs";
  metadata: Record<string, unknown>;
  /** Trusts the server's certificate. */
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  clients: {
    /** Public. */
    tv: PeerClient;
    /** Another public client. */
    printer: PeerClient;
    /** Confidential. */
    server: PeerClient & { secret: string };
  };
  approve(userCode: string): Promise<void>;
  deny(userCode: string): Promise<void>;
  expire(userCode: string): Promise<void>;
  close(): Promise<void>;
}

export type Fields = Record<string, string> | [string, string][];

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
}

/** Posts a form to the endpoint that the server's own metadata names. */
export function post(
  peer: Peer,
  endpoint: "device_authorization" | "token" | "revocation" | "userinfo",
  fields: Fields,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = String(peer.metadata[`${endpoint}_endpoint`]);
  return peer.fetch(url, { method: "POST", body: new URLSearchParams(fields), headers });
}

/** Credentials of a client in the body; only `client_id` for a public one. */
export function credentials({ clientId, secret }: PeerClient): Record<string, string> {
  return secret === undefined ? { client_id: clientId } : { client_id: clientId, client_secret: secret };
}

/** RFC 6749 §2.3.1. */
export function basic(clientId: string, secret: string): Record<string, string> {
  const encoded = [clientId, secret].map(encodeURIComponent).join(":");
  return { authorization: `Basic ${Buffer.from(encoded).toString("base64")}` };
}

export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
export const SCOPE = "openid profile offline_access";

export async function startDevice(
  peer: Peer,
  client: PeerClient = peer.clients.tv,
  scope = SCOPE,
): Promise<{ device_code: string; user_code: string }> {
  const response = await post(peer, "device_authorization", { ...credentials(client), scope });
  if (response.status !== 200) throw new Error(`${peer.name} gave no device code: ${await response.text()}`);
  return (await response.json()) as { device_code: string; user_code: string };
}

export function poll(peer: Peer, deviceCode: string, client: PeerClient = peer.clients.tv): Promise<Response> {
  return post(peer, "token", { ...credentials(client), grant_type: DEVICE_CODE_GRANT, device_code: deviceCode });
}

export function refresh(
  peer: Peer,
  refreshToken: string,
  more: Record<string, string> = {},
  client: PeerClient = peer.clients.tv,
): Promise<Response> {
  return post(peer, "token", {
    ...credentials(client),
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    ...more,
  });
}

/** A whole sign-in, approved before the first poll. */
export async function signIn(peer: Peer, client: PeerClient = peer.clients.tv, scope = SCOPE): Promise<Tokens> {
  const device = await startDevice(peer, client, scope);
  await peer.approve(device.user_code);
  const response = await poll(peer, device.device_code, client);
  if (response.status !== 200) throw new Error(`${peer.name} gave no tokens: ${await response.text()}`);
  return (await response.json()) as Tokens;
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return address.port;
}

import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Passkey } from "../../storage/store.ts";
import { KEY_ALGORITHMS, type RelyingParty } from "./passkey-ceremony.ts";

export interface Expected {
  challenge: string;
  rp: RelyingParty;
}

export type NewCredential = Pick<
  Passkey,
  "credentialId" | "publicKey" | "counter" | "transports" | "deviceType" | "backedUp"
>;

/** Longest credential ID that a relying party accepts (WebAuthn §7.1), in base64url. */
const LONGEST_ID = Math.ceil((1_023 * 4) / 3);

const knownTransports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/** Whether it has the form of a credential ID. Nothing else is looked up in the store. */
export function isCredentialId(text: string): boolean {
  return text.length <= LONGEST_ID && /^[\w-]+$/.test(text);
}

/** The answer of the page's script, as far as it is known before verification. */
export function readResponse<T extends AuthenticationResponseJSON | RegistrationResponseJSON>(
  text: string,
): T | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null || !("id" in read) || !("response" in read)) return undefined;
    const { id, response } = read;
    if (typeof id !== "string" || !isCredentialId(id)) return undefined;
    return typeof response === "object" && response !== null ? (read as T) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies signature, challenge, origin, RP ID, presence and user verification (WebAuthn §7.2). The store checks the
 * counter.
 */
export async function verifyAssertion(
  { challenge, rp }: Expected,
  response: AuthenticationResponseJSON,
  passkey: Passkey,
): Promise<{ counter: number; backedUp: boolean } | undefined> {
  const { verifyAuthenticationResponse } = await library();
  try {
    if (await isFramed(response.response.clientDataJSON)) return undefined;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      credential: { id: passkey.credentialId, publicKey: bytesOf(passkey.publicKey), counter: 0 },
    });
    // Whether a key can be backed up is fixed at creation (WebAuthn §6.1.3): a key that now says otherwise is a
    // different one.
    if (!verified || authenticationInfo.credentialDeviceType !== passkey.deviceType) return undefined;
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
  } catch {
    // The library throws for any problem it finds. Nothing in it queries the store or the network.
    return undefined;
  }
}

/** The same for a new passkey (WebAuthn §7.1). */
export async function verifyRegistration(
  { challenge, rp }: Expected,
  response: RegistrationResponseJSON,
): Promise<NewCredential | undefined> {
  const { verifyRegistrationResponse } = await library();
  try {
    const { clientDataJSON, attestationObject } = response.response;
    if (await isFramed(clientDataJSON)) return undefined;
    if (await hasCertificates(attestationObject)) return undefined;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: KEY_ALGORITHMS,
    });
    if (!verified || registrationInfo.credential.id !== response.id) return undefined;
    const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      transports: knownTransports.filter((known) => credential.transports?.some((one) => one === known)),
      deviceType: credentialDeviceType,
      backedUp: credentialBackedUp,
    };
  } catch {
    return undefined;
  }
}

/** Loaded at the first passkey: it would add half a second to every start. */
function library() {
  return import("@simplewebauthn/server");
}

/** Our pages are never framed, so an answer from a frame is not ours (WebAuthn §13.4.2). */
async function isFramed(clientDataJSON: string): Promise<boolean> {
  const { decodeClientDataJSON } = await import("@simplewebauthn/server/helpers");
  return decodeClientDataJSON(clientDataJSON).crossOrigin === true;
}

/**
 * No attestation is requested, and browsers then omit it. So no certificate is read, trusted, or looked up at the URLs
 * in it.
 */
async function hasCertificates(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import("@simplewebauthn/server/helpers");
  const attestation = decodeAttestationObject(bytesOf(attestationObject));
  const format = attestation.get("fmt");
  if (format === "none") return false;
  return format !== "packed" || attestation.get("attStmt").get("x5c") !== undefined;
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, "base64url"));
}

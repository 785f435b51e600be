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

/** Longest credential id that a relying party takes (WebAuthn §7.1), in base64url. */
const LONGEST_ID = Math.ceil((1_023 * 4) / 3);

const knownTransports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/** Has the form of one; no store is asked about anything else. */
export function isCredentialId(text: string): boolean {
  return text.length <= LONGEST_ID && /^[\w-]+$/.test(text);
}

/** What the page's script sent, as far as it can be told before it is verified. */
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

/** Signature, challenge, origin, RP ID, presence and user verification (WebAuthn §7.2). The counter is the store's to judge. */
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
    // Whether a key may be copied is settled when it is made (WebAuthn §6.1.3): one that says otherwise now is another.
    if (!verified || authenticationInfo.credentialDeviceType !== passkey.deviceType) return undefined;
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
  } catch {
    // The library throws for whatever it finds wrong; nothing in there asks the store or the network.
    return undefined;
  }
}

/** The same for a passkey that was just made (WebAuthn §7.1). */
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

/** Loaded when the first passkey is shown: half a second of every start would be its. */
function library() {
  return import("@simplewebauthn/server");
}

/** Our pages stand in no frame, so an answer from one is not ours (WebAuthn §13.4.2). */
async function isFramed(clientDataJSON: string): Promise<boolean> {
  const { decodeClientDataJSON } = await import("@simplewebauthn/server/helpers");
  return decodeClientDataJSON(clientDataJSON).crossOrigin === true;
}

/**
 * Who made the authenticator is not asked, and browsers leave it out then. So no certificate is read, trusted, or looked
 * up at the addresses in it.
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

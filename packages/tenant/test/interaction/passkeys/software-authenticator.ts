import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

/** What an authenticator should do wrong, or differently. */
export interface Quirks {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  userHandle?: string | null;
  userPresent?: boolean;
  userVerified?: boolean;
  counter?: number;
  crossOrigin?: boolean;
  /** Backup eligible, backed up: a synced passkey. */
  synced?: boolean;
  credentialId?: string;
  /** Outside of what it attests or signs. */
  claimedId?: string;
  algorithm?: number;
  attestation?: (about: Attested) => { format: string; statement: Map<string, Cbor> };
  /** Signs with a key other than the registered one. */
  foreignKey?: boolean;
}

/** What an attestation covers. */
export interface Attested {
  rpIdHash: Buffer;
  clientDataHash: Buffer;
  credentialId: Buffer;
  /** Uncompressed point of the public key. */
  publicKey: Buffer;
}

interface RequestOptions {
  challenge: string;
  rpId: string;
}
interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
}

/** A passkey in software (WebAuthn §6): it sends what a browser would send, or what a test specifies. */
export class Authenticator {
  readonly origin: string;
  readonly credentialId = randomBytes(16).toString("base64url");
  counter = 0;
  userHandle = "";
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

  constructor(origin: string) {
    this.origin = origin;
  }

  /** The JSON of a registration response. */
  create(options: CreationOptions, quirks: Quirks = {}): string {
    this.userHandle = options.user.id;
    const rpId = quirks.rpId ?? options.rp.id;
    const clientData = this.#clientData("webauthn.create", options.challenge, quirks);
    const { format, statement } = quirks.attestation?.({
      rpIdHash: sha256(rpId),
      clientDataHash: sha256(clientData),
      credentialId: Buffer.from(this.credentialId, "base64url"),
      publicKey: Buffer.concat([Buffer.from([4]), ...this.#point()]),
    }) ?? { format: "none", statement: new Map() };
    const authData = this.#authenticatorData(rpId, quirks, this.#credentialData(quirks));
    const attestation = cbor(
      new Map<string, Cbor>([
        ["fmt", format],
        ["attStmt", statement],
        ["authData", authData],
      ]),
    );
    return this.#answer(quirks, {
      clientDataJSON: clientData.toString("base64url"),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal", "hybrid", "telepathy"],
    });
  }

  /** The JSON of an authentication response. */
  get(options: RequestOptions, quirks: Quirks = {}): string {
    const authData = this.#authenticatorData(quirks.rpId ?? options.rpId, quirks);
    const clientData = this.#clientData("webauthn.get", options.challenge, quirks);
    const key = quirks.foreignKey
      ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
      : this.#keys.privateKey;
    const handle = quirks.userHandle === undefined ? this.userHandle : quirks.userHandle;
    return this.#answer(quirks, {
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: signed(key, Buffer.concat([authData, sha256(clientData)])),
      ...(handle === null ? {} : { userHandle: handle }),
    });
  }

  #answer(quirks: Quirks, response: object): string {
    const id = quirks.claimedId ?? quirks.credentialId ?? this.credentialId;
    return JSON.stringify({ id, rawId: id, type: "public-key", response, clientExtensionResults: {} });
  }

  #clientData(type: string, challenge: string, quirks: Quirks): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: quirks.type ?? type,
        challenge: quirks.challenge ?? challenge,
        origin: quirks.origin ?? this.origin,
        crossOrigin: quirks.crossOrigin ?? false,
      }),
    );
  }

  #authenticatorData(rpId: string, quirks: Quirks, credential?: Buffer): Buffer {
    const { userPresent = true, userVerified = true, synced = false } = quirks;
    const flags =
      (userPresent ? 0x01 : 0) |
      (userVerified ? 0x04 : 0) |
      (synced ? 0x18 : 0) |
      (credential === undefined ? 0 : 0x40);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(quirks.counter ?? this.counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter, credential ?? Buffer.alloc(0)]);
  }

  #point(): [x: Buffer, y: Buffer] {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    return [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  }

  #credentialData(quirks: Quirks): Buffer {
    const id = Buffer.from(quirks.credentialId ?? this.credentialId, "base64url");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const [x, y] = this.#point();
    const key = cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, quirks.algorithm ?? -7],
        [-1, 1],
        [-2, x],
        [-3, y],
      ]),
    );
    return Buffer.concat([Buffer.alloc(16), length, id, key]);
  }
}

function sha256(data: string | Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function signed(key: KeyObject, data: Buffer): string {
  return createSign("sha256").update(data).sign(key).toString("base64url");
}

export type Cbor = number | string | Buffer | Cbor[] | Map<number | string, Cbor>;

/** The part of RFC 8949 that an attestation object needs. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map((item) => cbor(item as Cbor))]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

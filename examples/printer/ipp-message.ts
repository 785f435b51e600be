// IPP on the wire (RFC 8010): what printing and asking for the state of a job need.

/** Value tags (RFC 8010 §3.5.2). */
export const tags = { integer: 0x21, name: 0x42, uri: 0x45, charset: 0x47, language: 0x48, mimeType: 0x49 } as const;

export type Attribute = [name: string, tag: number, value: string | number];
export type Attributes = Map<string, (string | number)[]>;

const OPERATION_ATTRIBUTES = 0x01;
const END_OF_ATTRIBUTES = 0x03;
const ENUM = 0x23;

export function encodeRequest(operation: number, attributes: Attribute[]): Buffer<ArrayBuffer> {
  const short = (value: number) => Buffer.of(value >> 8, value & 0xff);
  const sized = (bytes: Buffer) => {
    // A length that wraps would turn the rest of the value into attributes.
    if (bytes.length > 0xffff) throw new Error(`A value of ${bytes.length} bytes is too long for IPP.`);
    return [short(bytes.length), bytes];
  };
  const parts = attributes.flatMap(([name, tag, value]) => [
    Buffer.of(tag),
    ...sized(Buffer.from(name)),
    ...sized(typeof value === "string" ? Buffer.from(value) : Buffer.concat([short(value >> 16), short(value)])),
  ]);
  // Version 1.1, which every printer supports; request 1.
  const head = [short(0x0101), short(operation), short(0), short(1), Buffer.of(OPERATION_ATTRIBUTES)];
  return Buffer.concat([...head, ...parts, Buffer.of(END_OF_ATTRIBUTES)]);
}

/** Returns the status and the attributes of all groups. A value without a name belongs to the attribute before it. */
export function decodeResponse(bytes: Buffer): { status: number; attributes: Attributes } {
  const attributes: Attributes = new Map();
  let at = 8;
  const next = () => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.subarray(at - length, at);
  };
  let name = "";
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    if (tag === END_OF_ATTRIBUTES) break;
    if (tag < 0x10) continue;
    name = next().toString() || name;
    const value = next();
    const read = tag === tags.integer || tag === ENUM ? value.readInt32BE() : value.toString();
    attributes.set(name, [...(attributes.get(name) ?? []), read]);
  }
  return { status: bytes.readUInt16BE(2), attributes };
}

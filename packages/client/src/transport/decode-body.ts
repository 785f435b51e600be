import { TransportError } from "./transport.ts";

/**
 * Returns an answer's body as text. A request without Accept-Encoding allows every coding (RFC 9110 §12.5.3), and some
 * servers and gateways compress regardless of the request.
 * @param encoding Content-Encoding, in the order in which the codings were applied
 * @throws TransportError `too_large`, or `connection` for an unknown or broken coding
 */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  { host, largest }: { host: string; largest: number },
): Promise<string> {
  const codings = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  let plain = body;
  for (const coding of codings.reverse()) {
    if (coding === "" || coding === "identity" || plain.length === 0) continue;
    plain = await decoded(plain, coding, { host, largest });
  }
  return plain.toString("utf8");
}

type Decoder = (
  body: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, plain: Buffer) => void,
) => void;

async function decoded(
  body: Buffer,
  coding: string,
  { host, largest }: { host: string; largest: number },
): Promise<Buffer> {
  // Loaded on demand: few answers are compressed.
  const { brotliDecompress, gunzip, inflate, inflateRaw } = process.getBuiltinModule("node:zlib");
  // "deflate" is zlib's format (RFC 9110 §8.4.1.2); some servers have always sent the raw stream instead.
  const isZlib = (body[0]! & 0x0f) === 8 && ((body[0]! << 8) | (body[1] ?? 0)) % 31 === 0;
  const decoders: Record<string, Decoder> = {
    gzip: gunzip,
    "x-gzip": gunzip,
    deflate: isZlib ? inflate : inflateRaw,
    br: brotliDecompress,
  };
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (!decode) {
    const named = /^[\w-]{1,20}$/.test(coding) ? ` (${coding})` : "";
    throw new TransportError("connection", `${host} answered with an unsupported content coding${named}`);
  }
  return await new Promise((resolve, reject) => {
    decode(body, { maxOutputLength: largest }, (cause, plain) => {
      if (!cause) resolve(plain);
      else if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        reject(new TransportError("too_large", `${host} answered with more than 1 MiB`, { cause }));
      } else reject(new TransportError("connection", `the ${coding} answer from ${host} is damaged`, { cause }));
    });
  });
}

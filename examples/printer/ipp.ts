// A printer behind IPP (RFC 8011): a queue of CUPS, or any network printer that takes PDF.
import { setTimeout as delay } from "node:timers/promises";
import { type Attribute, type Attributes, decodeResponse, encodeRequest, tags } from "./ipp-message.ts";
import { receiptPdf } from "./pdf.ts";
import type { Print } from "./printer.ts";

export interface IppOptions {
  /** `ipp://localhost/printers/receipts`. */
  url: string;
  /** How long a page may take, in milliseconds. By default 30 seconds. */
  timeoutMs?: number;
}

// Operations (RFC 8011 §5.4.15) and states of a job (§5.3.7). A job in CANCELED or a higher state has ended.
const [PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER] = [0x02, 0x08, 0x09, 0x0b] as const;
const [CANCELED, COMPLETED] = [7, 9] as const;

/** Reasons that stop a job, in words (RFC 8011 §5.4.12). Those that end in `-report` or `-warning` do not. */
const reasons: [reason: RegExp, words: string][] = [
  [/^media-(empty|needed)(-error)?$/, "is out of paper"],
  [/^media-jam(-error)?$/, "has a paper jam"],
  [/^(cover|door)-open(-error)?$/, "is open"],
  [/^(paused|moving-to-paused)$/, "is stopped"],
];

/** Prints a receipt as a PDF and waits for the page. Cancels a job that does not print: its code would be too old later. */
export function ippPrinter({ url, timeoutMs = 30_000 }: IppOptions): Print {
  const address = new URL(url.replace(/^ipp/, "http"));
  // Not repeated: the password would be in the log.
  if (address.username || address.password) throw new Error("PRINTER must not contain a user name or password.");
  if (address.protocol === "http:" && address.port === "") address.port = "631";

  async function request(
    operation: number,
    more: Attribute[] = [],
    data: Uint8Array = Buffer.of(),
  ): Promise<Attributes> {
    const attributes: Attribute[] = [
      ["attributes-charset", tags.charset, "utf-8"],
      ["attributes-natural-language", tags.language, "en"],
      ["printer-uri", tags.uri, url],
    ];
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/ipp" },
      body: Buffer.concat([encodeRequest(operation, [...attributes, ...more]), data]),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
      const reason = error.cause?.code ?? "no answer";
      throw new Error(`The print server of ${url} cannot be reached (${reason}). Check that CUPS runs there.`);
    });
    if (!response.ok) throw new Error(`The print server of ${url} answered HTTP ${response.status}.`);
    const answer = decodeResponse(Buffer.from(await response.arrayBuffer()));
    if (answer.status < 0x0100) return answer.attributes;
    const why = answer.attributes.get("status-message")?.[0] ?? `IPP status 0x${answer.status.toString(16)}`;
    throw new Error(`The printer ${url} refused the request: ${String(why).replace(/\p{C}/gu, "").slice(0, 200)}`);
  }

  async function problem(): Promise<string | undefined> {
    const printer = await request(GET_PRINTER);
    const given = (printer.get("printer-state-reasons") ?? []).map(String);
    return reasons.find(([reason]) => given.some((each) => reason.test(each)))?.[1];
  }

  return async (receipt) => {
    const before = await problem();
    if (before) throw new Error(`The printer ${url} ${before}.`);
    const job = await request(
      PRINT_JOB,
      [
        ["requesting-user-name", tags.name, "doorcode"],
        ["job-name", tags.name, receipt.title.replace(/\p{C}/gu, "").slice(0, 60)],
        ["document-format", tags.mimeType, "application/pdf"],
      ],
      await receiptPdf(receipt),
    );
    const id: Attribute = ["job-id", tags.integer, Number(job.get("job-id")?.[0])];
    const until = performance.now() + timeoutMs;
    let why: string | undefined;
    while (!why && performance.now() < until) {
      const state = Number((await request(GET_JOB, [id])).get("job-state")?.[0]);
      if (state === COMPLETED) return;
      if (state >= CANCELED) throw new Error(`The printer ${url} dropped the page.`);
      await delay(200);
      why = await problem();
    }
    await request(CANCEL_JOB, [id]);
    throw new Error(`The printer ${url} ${why ?? "did not print the page in time"}. The page was canceled.`);
  };
}

// A receipt printer on the network: ESC/POS on a raw TCP port.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import ReceiptPrinterEncoder from "@point-of-sale/receipt-printer-encoder";
import type { Print, Receipt } from "./printer.ts";

export interface EscPosOptions {
  host: string;
  /** 9100 on most printers. */
  port: number;
  /** Characters in a line: 42 on paper 80 mm wide, 32 on 58 mm. */
  columns?: number;
  /** How long the printer may take to connect, and to print, in milliseconds. By default ten seconds. */
  timeoutMs?: number;
  /** How long it may take to answer a status request, in milliseconds. By default one second. */
  answerMs?: number;
}

// Status requests. The printer answers DLE EOT n at once, and GS r 1 after it has printed what came before.
const OFFLINE_CAUSE = [0x10, 0x04, 2];
const PAPER_SENSORS = [0x10, 0x04, 4];
const PAPER_AFTER_PRINTING = [0x1d, 0x72, 1];

/** Prints a receipt, and checks the printer's status before and after. A printer that never answers prints unchecked. */
export function escPosPrinter(options: EscPosOptions): Print {
  const { host, port, columns = 42, timeoutMs = 10_000, answerMs = 1_000 } = options;
  const name = `The receipt printer at ${host}:${port}`;
  return async (receipt) => {
    const socket = connect({ host, port });
    // The calls of `once` below reject with it.
    socket.on("error", () => undefined);
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
      const before = await status(socket, answerMs);
      if (before.problem) throw new Error(`${name} ${before.problem}`);
      const after = await ask(
        socket,
        [...encode(receipt, columns), ...PAPER_AFTER_PRINTING],
        timeoutMs,
        before.answers,
      );
      if (after === undefined ? !before.answers : (after & 0x0c) === 0) return;
      const { problem = "did not confirm that it printed. Check its paper." } = await status(socket, answerMs);
      throw new Error(`${name} ${problem}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const reason = code === "ABORT_ERR" ? "no answer" : code;
      throw new Error(`${name} cannot be reached (${reason}). Check that it is on and connected.`, { cause: error });
    } finally {
      socket.destroySoon();
    }
  };
}

async function status(socket: Socket, answerMs: number): Promise<{ answers: boolean; problem?: string }> {
  const cause = await ask(socket, OFFLINE_CAUSE, answerMs);
  if (cause === undefined) return { answers: false };
  const paper = (await ask(socket, PAPER_SENSORS, answerMs)) ?? 0;
  if ((cause & 0x20) !== 0 || (paper & 0x60) !== 0)
    return { answers: true, problem: "is out of paper. Put in a new roll." };
  if ((cause & 0x04) !== 0) return { answers: true, problem: "is open. Close its cover." };
  if ((cause & 0x40) !== 0) return { answers: true, problem: "reports an error. Turn it off and on." };
  return { answers: true };
}

/** Returns the printer's answer, or undefined without one in time. */
async function ask(socket: Socket, bytes: number[], ms: number, wait = true): Promise<number | undefined> {
  socket.write(Uint8Array.from(bytes));
  if (!wait) return undefined;
  try {
    const [answer] = (await once(socket, "data", { signal: AbortSignal.timeout(ms) })) as [Buffer];
    return answer[0];
  } catch (error) {
    if ((error as Error).name === "AbortError") return undefined;
    throw error;
  }
}

function encode({ title, lines, code, qr }: Receipt, columns: number): Uint8Array {
  const paper = new ReceiptPrinterEncoder({ language: "esc-pos", columns, feedBeforeCut: 4 });
  paper.initialize().codepage("auto").align("center").bold(true).line(printable(title)).bold(false).newline();
  if (code !== undefined) paper.size(2, 2).line(printable(code)).size(1, 1).newline();
  if (qr !== undefined) paper.qrcode(qr, { model: 2, size: 6, errorlevel: "m" }).newline();
  for (const line of lines) paper.line(printable(line));
  return paper.cut().encode();
}

/** The encoder passes control characters to the printer, which would run them as commands. */
const printable = (text: string) => text.replace(/\p{C}/gu, " ");

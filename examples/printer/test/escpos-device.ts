// A receipt printer on a TCP port: runs the ESC/POS commands that it knows and ends the test on any other.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export interface Printed {
  /** The lines as they came out, without the spaces around them. */
  text: string[];
  qr: string[];
}

export interface EscPosDevice {
  port: number;
  /** The receipts that were printed and cut off. */
  receipts: Printed[];
  /**
   * The current fault. `silent`: prints but answers nothing, like cheap printers. `runs-out`: out of paper at the QR
   * code.
   */
  fault: "no-paper" | "open" | "silent" | "runs-out" | undefined;
  close(): Promise<void>;
}

export async function startEscPosDevice(): Promise<EscPosDevice> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    run(socket, device).catch((error: Error) => socket.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const device: EscPosDevice = {
    port: (server.address() as AddressInfo).port,
    receipts: [],
    fault: undefined,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
  return device;
}

async function run(socket: Socket, device: EscPosDevice): Promise<void> {
  const bytes = bytesOf(socket);
  const take = async () => {
    const { value, done } = await bytes.next();
    if (done) throw new Error("The command is cut off.");
    return value;
  };
  const answer = (byte: number) => device.fault === "silent" || socket.write(Buffer.of(byte));
  let paper: Printed = { text: [], qr: [] };
  let line = "";
  let stored = "";

  for (;;) {
    const { value: byte, done } = await bytes.next();
    if (done) return;
    if (byte >= 0x20) line += String.fromCharCode(byte);
    else if (byte === 0x0a) {
      if (line.trim() !== "") paper.text.push(line.trim());
      line = "";
    } else if (byte === 0x10) {
      // DLE EOT n, at once
      if ((await take()) !== 0x04) throw new Error("no such DLE command");
      const cause = await take();
      if (cause === 2) answer(0x12 | (device.fault === "open" ? 0x04 : 0));
      else if (cause === 4) answer(0x12 | (device.fault === "no-paper" ? 0x60 : 0));
      else throw new Error(`DLE EOT ${cause}`);
    } else if (byte === 0x1b) await printerCommand();
    else if (byte === 0x1c) await take();
    else if (byte === 0x1d) await groupSeparator();
    else if (byte !== 0x0d) throw new Error(`control character ${byte}`);
  }

  async function printerCommand(): Promise<void> {
    const command = String.fromCharCode(await take());
    if (command === "@") line = "";
    else if ("aEMt".includes(command)) await take();
    else throw new Error(`ESC ${command}`);
  }

  async function groupSeparator(): Promise<void> {
    const command = String.fromCharCode(await take());
    if (command === "!") await take();
    else if (command === "r") {
      await take();
      // Processed in order, so never by a printer that waits for paper.
      if (device.fault !== "no-paper") answer(0);
    } else if (command === "V") {
      await take();
      if (device.fault !== "no-paper") device.receipts.push(paper);
      paper = { text: [], qr: [] };
    } else if (command === "(") {
      if ((await take()) !== 0x6b) throw new Error("GS ( with another letter than k");
      const length = (await take()) + 256 * (await take());
      const parameters: number[] = [];
      for (let i = 0; i < length; i++) parameters.push(await take());
      const [symbol, job, ...data] = parameters;
      if (symbol !== 49) throw new Error(`code ${symbol} is no QR code`);
      if (job === 80) stored = Buffer.from(data.slice(1)).toString();
      if (job === 81) paper.qr.push(stored);
      if (job === 81 && device.fault === "runs-out") device.fault = "no-paper";
    } else throw new Error(`GS ${command}`);
  }
}

async function* bytesOf(socket: Socket): AsyncGenerator<number> {
  for await (const chunk of socket) yield* chunk as Buffer;
}

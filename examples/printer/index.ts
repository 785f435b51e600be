// PRINTER=tcp://192.0.2.7:9100 node tools/node24.mjs examples/printer/index.ts
import { createInterface } from "node:readline";
import { DoorcodeError } from "@doorcode/client";
import { apis, authority, clientId, setting, storeDirectory, todoListEndpoint } from "../headless-doorcode/settings.ts";
import { escPosPrinter } from "./escpos.ts";
import { ippPrinter } from "./ipp.ts";
import { type Print, startPrinter } from "./printer.ts";

function printerAt(address: string): Print {
  const { protocol, hostname, port } = URL.canParse(address) ? new URL(address) : new URL("unknown:");
  if (protocol === "ipp:" || protocol === "ipps:") return ippPrinter({ url: address });
  if (protocol === "tcp:") return escPosPrinter({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 9100) });
  throw new Error(`PRINTER is ${JSON.stringify(address)}. Set it to tcp://HOST:PORT or ipp://HOST/printers/QUEUE.`);
}

try {
  const printer = await startPrinter({
    ...{ authority, clientId, apis, todoListEndpoint },
    print: printerAt(setting("PRINTER", "tcp://192.0.2.7:9100 or ipp://localhost/printers/receipts")),
    log: (line) => console.error(line),
    store: { directory: storeDirectory },
    deviceName: process.env.DEVICE_NAME ?? "Kitchen printer",
  });
  // The button: Enter at the terminal, or a signal from the program that watches a real one (kill -USR2 PID).
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => void (line.trim() === "sign out" ? printer.signOut() : printer.press()));
  process.on("SIGUSR2", () => void printer.press());
  // Without a terminal, nothing else would keep the process running.
  setInterval(() => undefined, 60_000);
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, () => process.exit(code));
  }
} catch (error) {
  const { message } = error as Error;
  console.error(error instanceof DoorcodeError ? `${message} ${error.hint}` : message);
  process.exitCode = 1;
}

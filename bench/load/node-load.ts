// A load generator for machines without wrk. It writes requests to sockets and reads of each response only what it
// counts, because node:https would cost more than the server that is measured.
import { readFileSync } from "node:fs";
import { connect, createSecureContext, type TLSSocket } from "node:tls";

const [url, caFile, formsFile, order, prefix, contentType, seconds, connections] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const { host, hostname, port, pathname } = new URL(url);
const secureContext = createSecureContext({ ca: readFileSync(caFile, "utf8") });
const forms = readFileSync(formsFile, "utf8").trimEnd().split("\n");
const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${contentType}\r\ncontent-length: `;
const times: number[] = [];
let refused = 0;
let broken = 0;
let at = 0;

function nextForm(): string | undefined {
  return order === "chain" ? forms[at++] : forms[at++ % forms.length];
}

interface Response {
  status: number;
  body: string;
}

/** The response in `text`, if all of it is there. */
function whole(text: string): Response | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end));
  // Without a length, the body has chunks, of which the last one is empty.
  if (length ? body.length < Number(length[1]) : !body.endsWith("0\r\n\r\n")) return undefined;
  return { status: Number(text.slice(9, 12)), body };
}

/** A connection that stays open. */
function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), servername: hostname, secureContext });
    socket.setNoDelay().setEncoding("latin1");
    socket.once("error", reject).once("secureConnect", () => resolve(socket.off("error", reject)));
  });
}

/** Sends on one connection until the time is over, or there is nothing left to send. */
function work(socket: TLSSocket, until: number): Promise<void> {
  return new Promise((resolve) => {
    let text = "";
    let sentAt = 0;
    const send = () => {
      const form = performance.now() < until ? nextForm() : undefined;
      if (form === undefined) return done();
      sentAt = performance.now();
      socket.write(`${head}${form.length}\r\n\r\n${form}`, "latin1");
    };
    const done = () => {
      socket
        .off("error", failed)
        .off("close", failed)
        .on("error", () => undefined);
      socket.destroy();
      resolve();
    };
    const failed = () => {
      broken++;
      done();
    };
    socket.on("error", failed).on("close", failed);
    socket.on("data", (part: string) => {
      text += part;
      const response = whole(text);
      if (!response) return;
      text = "";
      times.push(performance.now() - sentAt);
      if (response.status >= 400) refused++;
      if (order === "chain") {
        const token = /"refresh_token":"([^"]+)"/.exec(response.body)?.[1];
        if (token !== undefined) forms.push(prefix + token);
      }
      send();
    });
    send();
  });
}

const sockets = await Promise.all(Array.from({ length: Number(connections) }, open));
const start = performance.now();
const until = start + Number(seconds) * 1000;
await Promise.all(sockets.map((socket) => work(socket, until)));
const took = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const at99 = times[Math.floor(times.length * 0.99)] ?? 0;
const at50 = times[Math.floor(times.length * 0.5)] ?? 0;
const measured = { requests: times.length, seconds: took, refused, broken, p50: at50, p99: at99 };
console.log(`MEASURED ${JSON.stringify(measured)}`);

// A load generator for machines without wrk: one worker for each connection, which it keeps open.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const [url, caFile, formsFile, order, prefix, seconds, connections] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const ca = readFileSync(caFile, "utf8");
const forms = readFileSync(formsFile, "utf8").trimEnd().split("\n");
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections), ca });
const times: number[] = [];
let refused = 0;
let broken = 0;
let at = 0;

function nextForm(): string | undefined {
  return order === "chain" ? forms[at++] : forms[at++ % forms.length];
}

function post(body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(Buffer.byteLength(body)),
    };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode! >= 400) refused++;
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

async function work(until: number): Promise<void> {
  while (performance.now() < until) {
    const form = nextForm();
    if (form === undefined) return;
    const start = performance.now();
    try {
      const text = await post(form);
      times.push(performance.now() - start);
      if (order !== "chain") continue;
      const token = /"refresh_token":"([^"]+)"/.exec(text)?.[1];
      if (token !== undefined) forms.push(prefix + token);
    } catch {
      broken++;
    }
  }
}

const start = performance.now();
const until = start + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, () => work(until)));
const took = (performance.now() - start) / 1000;
agent.destroy();
times.sort((a, b) => a - b);
const at99 = times[Math.floor(times.length * 0.99)] ?? 0;
const at50 = times[Math.floor(times.length * 0.5)] ?? 0;
const measured = { requests: times.length, seconds: took, refused, broken, p50: at50, p99: at99 };
console.log(`MEASURED ${JSON.stringify(measured)}`);

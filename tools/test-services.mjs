// What several test files share and only some need: a browser, a PostgreSQL. The test run provides each when the first
// file requests it, so that other files start without them.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ADDRESS = "DOORCODE_TEST_SERVICES";

/**
 * Answers `askTestServices` of the processes that inherit `env`. Each of `services` (name → function) runs at most once
 * and returns a string: a path, a URL.
 */
export async function startTestServices(services) {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-services-"));
  const address =
    process.platform === "win32" ? `\\\\.\\pipe\\doorcode-services-${randomUUID()}` : join(folder, "socket");
  const answers = new Map();
  let outstanding = 0;
  const server = createServer(async (incoming, response) => {
    const name = incoming.url.slice(1);
    if (!answers.has(name)) answers.set(name, (async () => services[name]())());
    outstanding++;
    try {
      response.end(await answers.get(name));
    } catch (error) {
      response.writeHead(500).end(error.message);
    } finally {
      outstanding--;
    }
  });
  server.listen(address);
  await once(server, "listening");
  return {
    env: { [ADDRESS]: address },
    /** True while a test waits for a response. */
    isWaiting: () => outstanding > 0,
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The test run's response. Undefined outside a test run. Throws what the service threw. */
export async function askTestServices(name) {
  const address = process.env[ADDRESS];
  if (!address) return undefined;
  const asked = request({ socketPath: address, path: `/${name}`, agent: false });
  asked.end();
  const [response] = await once(asked, "response");
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(answer);
  return answer;
}

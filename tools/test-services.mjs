// What several test files share and only some need: a browser, a PostgreSQL. The test run provides each when the first file
// asks for it, so that files that need neither start without either.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ADDRESS = "DOORCODE_TEST_SERVICES";

/**
 * Answers `askTestServices` of the processes that inherit `env`. Each of `services` (name → function) runs at most once; its
 * result is a string: a path, a URL.
 */
export async function startTestServices(services) {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-services-"));
  const address = process.platform === "win32" ? `\\\\.\\pipe\\doorcode-services-${process.pid}` : join(folder, "socket");
  const answers = new Map();
  const server = createServer(async (incoming, response) => {
    const name = incoming.url.slice(1);
    if (!answers.has(name)) answers.set(name, (async () => services[name]())());
    try {
      response.end(await answers.get(name));
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
  server.listen(address);
  await once(server, "listening");
  return {
    env: { [ADDRESS]: address },
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The test run's answer; undefined where a file runs by itself and has to help itself. Throws what the test run could not do. */
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

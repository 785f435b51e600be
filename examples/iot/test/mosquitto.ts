// Debian's Mosquitto on its own loopback port, with TLS, a password file, and access rules for topics.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as tryPort } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ownCertificate } from "../../../packages/tenant/test/fixtures/own-certificate.ts";
import { freePort } from "../../../tests/fixtures/free-port.ts";

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/** Why the tests with a broker cannot run here; false if they can. */
export const withoutMosquitto =
  (spawnSync("mosquitto", ["-h"], { env, stdio: "ignore" }).error || process.platform === "win32") &&
  "needs mosquitto (Debian: mosquitto)";

export interface Mosquitto {
  url: string;
  /** PEM. */
  ca: string;
  passwords: { sensor: string; screen: string };
  /** Starts it again on the same port, without the old messages. */
  start(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startMosquitto(): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-mosquitto-"));
  const file = (name: string) => join(folder, name);
  const put = (name: string, text: string) => writeFile(file(name), text, { mode: 0o600 });
  const { certificate, privateKey } = await ownCertificate({ name: "localhost" });
  const passwords = { sensor: "cactus-of-the-sensor", screen: "poppy-of-the-screen" };
  await put("cert.pem", certificate);
  await put("key.pem", privateKey);
  await put("passwords", `greenhouse:${passwords.sensor}\nscreen:${passwords.screen}\n`);
  const hashed = spawnSync("mosquitto_passwd", ["-U", file("passwords")], { env, encoding: "utf8" });
  if (hashed.status !== 0) throw new Error(`mosquitto_passwd: ${hashed.stderr}`);
  // A sensor writes its own topics only. Otherwise another one could show its code as that of this sensor.
  await put(
    "acl",
    [
      ...["pattern write doorcode/%u/code", "pattern write doorcode/%u/status", "pattern read doorcode/%u/new-code"],
      ...["user screen", "topic read doorcode/#", "topic write doorcode/+/new-code\n"],
    ].join("\n"),
  );
  const port = await freePort();
  await put(
    "mosquitto.conf",
    [
      `listener ${port} 127.0.0.1`,
      `certfile ${file("cert.pem")}`,
      `keyfile ${file("key.pem")}`,
      "allow_anonymous false",
      `password_file ${file("passwords")}`,
      `acl_file ${file("acl")}`,
      // As root it would switch to another user, who cannot read this folder.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      "persistence false\n",
    ].join("\n"),
  );
  let broker: ChildProcess | undefined;
  const mosquitto: Mosquitto = {
    url: `mqtts://localhost:${port}`,
    ca: certificate,
    passwords,
    async start() {
      broker = spawn("mosquitto", ["-c", file("mosquitto.conf")], { env, stdio: "ignore" });
      for (let tries = 0; !(await answers(port)); tries++) {
        if (tries > 6_000 || broker.exitCode !== null) throw new Error("mosquitto does not answer");
        await delay(20);
      }
    },
    async stop() {
      if (!broker) return;
      const ended = once(broker, "exit");
      broker.kill("SIGKILL");
      await ended;
      broker = undefined;
    },
    async close() {
      await mosquitto.stop();
      await rm(folder, { recursive: true });
    },
  };
  await mosquitto.start();
  return mosquitto;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tryPort(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

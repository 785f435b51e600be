// What the sensor shows elsewhere: retained MQTT messages, so that a screen that starts later sees them too.
import { EventEmitter, once } from "node:events";
import { connect } from "mqtt";

export interface BoardOptions {
  /** `mqtts://broker.example:8883`. Without TLS only on this machine: the password is part of each connection. */
  url: string;
  /** The topic above its messages: `doorcode/greenhouse`. */
  topic: string;
  username: string;
  password: string;
  /** The CA of the broker's certificate, in PEM. By default the CAs that Node.js trusts. */
  ca?: string | undefined;
  /** Milliseconds between two attempts to connect. By default five seconds. */
  reconnectMs?: number;
  /** The time in milliseconds since the epoch. By default the system's. */
  now?: () => number;
  log(line: string): void;
}

export interface Board {
  /** Replaces the message of that name, or removes it. The broker drops it at `expiresAt` (milliseconds since the epoch). */
  keep(name: "code" | "status", message: string | undefined, expiresAt?: number): void;
  /** Resolves when a message to `new-code` arrives; rejects when the signal aborts. */
  newCodeAsked(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const offline = JSON.stringify({ v: 1, state: "offline" });

/** The address of a broker that the password may be sent to. */
export function checkedBroker(address: string): URL {
  const url = new URL(address);
  if (url.protocol === "mqtts:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return url;
  throw new Error(
    `MQTT_URL is ${url.protocol}//${url.hostname}, which would send the password in the clear. Use mqtts://.`,
  );
}

/** Connects, and reconnects for as long as it takes. Each time it sends every message that is kept. */
export function openBoard(options: BoardOptions): Board {
  const { url, topic, username, password, ca, reconnectMs = 5_000, now = Date.now, log } = options;
  const { hostname } = checkedBroker(url);
  const kept = new Map<string, { message: string; expiresAt: number | undefined }>();
  const requests = new EventEmitter();
  let trouble: string | undefined;
  const mqtt = connect(url, {
    protocolVersion: 5,
    username,
    password,
    ...(ca && { ca }),
    reconnectPeriod: reconnectMs,
    reconnectOnConnackError: true,
    // The broker sends it when the connection is lost.
    will: { topic: `${topic}/status`, payload: Buffer.from(offline), qos: 0, retain: true },
  });

  // QoS 0: a message that is repeated after a lost connection could replace a newer one.
  const send = (name: string) => {
    const { message = "", expiresAt } = kept.get(name) ?? {};
    const left = expiresAt === undefined ? undefined : Math.ceil((expiresAt - now()) / 1000);
    const payload = left !== undefined && left <= 0 ? "" : message;
    const properties = left !== undefined && left > 0 ? { messageExpiryInterval: left } : {};
    mqtt.publish(`${topic}/${name}`, payload, { retain: true, properties });
  };
  mqtt.on("connect", () => {
    if (trouble) log(`The MQTT broker at ${hostname} answers again.`);
    trouble = undefined;
    // `rh: 2`: not those that were retained. A request for a code is good for one code.
    mqtt.subscribe(`${topic}/new-code`, { qos: 0, rh: 2 });
    for (const name of kept.keys()) send(name);
  });
  mqtt.on("message", () => requests.emit("new-code"));
  mqtt.on("error", (error: Error & { code?: unknown }) => {
    const reason = error.message || String(error.code);
    // Once, not at each attempt.
    if (reason !== trouble) log(`The MQTT broker at ${hostname}: ${reason}. Trying again.`);
    trouble = reason;
  });

  return {
    keep(name, message, expiresAt) {
      kept.set(name, { message: message ?? "", expiresAt });
      if (mqtt.connected) send(name);
    },
    async newCodeAsked(signal) {
      await once(requests, "new-code", { signal });
    },
    async close() {
      // 4: the broker sends the last will too.
      await mqtt.endAsync(!mqtt.connected, { reasonCode: 4 });
    },
  };
}

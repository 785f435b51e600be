// node tools/node24.mjs examples/iot/index.ts, or doorcode-sensor.service
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { DoorcodeError } from "@doorcode/client";
import { apis, authority, clientId, setting, storeDirectory, todoListEndpoint } from "../headless-doorcode/settings.ts";
import { openBoard } from "./board.ts";
import { startSensor } from "./sensor.ts";
import { feedWatchdog, notifySystemd } from "./systemd.ts";

const name = process.env.SENSOR_NAME ?? "greenhouse";
try {
  const credentials = setting("CREDENTIALS_DIRECTORY", "the folder of mqtt-password; systemd sets it");
  const board = openBoard({
    url: setting("MQTT_URL", "mqtts://broker.example:8883"),
    topic: `doorcode/${name}`,
    username: process.env.MQTT_USERNAME ?? name,
    password: readFileSync(join(credentials, "mqtt-password"), "utf8").trim(),
    ca: process.env.MQTT_CA_FILE && readFileSync(process.env.MQTT_CA_FILE, "utf8"),
    log: (line) => console.error(line),
  });
  let state = "";
  const sensor = await startSensor({
    ...{ authority, clientId, apis, todoListEndpoint, name, board },
    store: { directory: storeDirectory },
    expectAccount: process.env.EXPECT_ACCOUNT,
    read: () => `load ${loadavg()[0]!.toFixed(2)}`,
    onState(line) {
      if (line === state) return;
      state = line;
      console.error(line);
      void notifySystemd(`STATUS=${line}`);
    },
  });
  await notifySystemd("READY=1");
  feedWatchdog();
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, async () => {
      await notifySystemd("STOPPING=1");
      await sensor.close();
      await board.close();
      process.exit(code);
    });
  }
} catch (error) {
  const { message } = error as Error;
  console.error(error instanceof DoorcodeError ? `${message} ${error.hint}` : message);
  process.exit(1);
}

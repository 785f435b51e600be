// Another screen: shows the code of each sensor that waits for a sign-in.
// node tools/node24.mjs examples/iot/screen.ts
import { readFileSync } from "node:fs";
import { connect } from "mqtt";
import { renderUnicodeCompact } from "uqr";
import { checkedBroker } from "./board.ts";

const { MQTT_URL = "mqtt://localhost", MQTT_USERNAME, MQTT_PASSWORD_FILE, MQTT_CA_FILE } = process.env;

const mqtt = connect(checkedBroker(MQTT_URL).href, {
  protocolVersion: 5,
  ...(MQTT_USERNAME && { username: MQTT_USERNAME }),
  ...(MQTT_PASSWORD_FILE && { password: readFileSync(MQTT_PASSWORD_FILE, "utf8").trim() }),
  ...(MQTT_CA_FILE && { ca: readFileSync(MQTT_CA_FILE) }),
});
mqtt.on("connect", () => mqtt.subscribe("doorcode/+/code"));
mqtt.on("error", ({ message }) => console.error(message));
mqtt.on("message", (topic, payload) => {
  const sensor = plain(topic.split("/")[1]);
  const code = readCode(payload.toString());
  if (!code) return console.log(`${sensor}: no code\n`);
  console.log(`${sensor}: open ${plain(code.verification_uri)} and enter ${plain(code.user_code)}`);
  console.log(`${renderUnicodeCompact(code.address, { border: 2 })}\n`);
});

/** Undefined for the empty message, and for one without a usable code: every device with an account can publish one. */
function readCode(text: string): { user_code: string; verification_uri: string; address: string } | undefined {
  try {
    const {
      event,
      user_code,
      verification_uri,
      verification_uri_complete: complete = verification_uri,
    } = JSON.parse(text);
    const texts = [user_code, verification_uri, complete];
    const usable = texts.every((each) => typeof each === "string" && each.length > 0 && each.length <= 500);
    // The QR code must not lead elsewhere than the address beside it.
    const sameSite = usable && new URL(complete).origin === new URL(verification_uri).origin;
    return event === "code" && sameSite ? { user_code, verification_uri, address: complete } : undefined;
  } catch {
    return undefined;
  }
}

/** Without control characters, which a terminal would run. */
function plain(text = ""): string {
  return text.replace(/\p{C}/gu, "");
}

import * as client from "openid-client";
import { report } from "./report.ts";

const [authority, clientId] = process.argv.slice(2) as [string, string];
await report(async () => {
  const metadata = new URL(`${authority}/v2.0/.well-known/openid-configuration`);
  const config = await client.discovery(metadata, clientId, undefined, client.None());
  const code = await client.initiateDeviceAuthorization(config, { scope: "openid api://todo/ToDoList.Read" });
  return (await client.pollDeviceAuthorizationGrant(config, code)).access_token;
});

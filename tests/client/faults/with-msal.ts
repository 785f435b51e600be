// Unmodified MSAL Node, or with Doorcode's network client: the two lines that a program changes.
import { PublicClientApplication } from "@azure/msal-node";
import { report } from "./report.ts";

const [authority, clientId, subject] = process.argv.slice(2) as [string, string, string];
let system = {};
let explained = (error: unknown) => error;
if (subject === "doorcode") {
  const { asDoorcodeError, networkClient } = await import("@doorcode/client/msal");
  const network = networkClient();
  system = { networkClient: network };
  explained = (error) => asDoorcodeError(error, network);
}
const msal = new PublicClientApplication({
  auth: { clientId, authority, knownAuthorities: [new URL(authority).host] },
  system,
});
await report(async () => {
  const request = { scopes: ["api://todo/ToDoList.Read"], deviceCodeCallback() {} };
  const result = await msal.acquireTokenByDeviceCode(request).catch((error: unknown) => {
    throw explained(error);
  });
  return result?.accessToken;
});

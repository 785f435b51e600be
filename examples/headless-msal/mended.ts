// The how-to's sample again, with two lines of Doorcode in MSAL's configuration: the network that speaks RFC 8628 and
// survives lost connections, and the encrypted cache that outlives the program. Started a second time, it prompts no one.
import { type Configuration, PublicClientApplication } from "@azure/msal-node";
import { asDoorcodeError, cachePlugin, networkClient } from "@doorcode/client/msal";
import { loginRequest, msalConfig } from "./auth-config.ts";

const { clientId, authority = "" } = msalConfig.auth;
const network = networkClient();
const mended: Configuration = {
  ...msalConfig,
  system: { ...msalConfig.system, networkClient: network },
  cache: { cachePlugin: await cachePlugin({ clientId, authority }) },
};
const application = new PublicClientApplication(mended);

try {
  const [known] = await application.getTokenCache().getAllAccounts();
  const result = known
    ? await application.acquireTokenSilent({ ...loginRequest, account: known })
    : await application.acquireTokenByDeviceCode({
        ...loginRequest,
        deviceCodeCallback: ({ message }) => console.log(message),
      });
  console.log(`${known ? "Still signed in" : "Signed in"} as ${result?.account?.name}`);
} catch (error) {
  // What MSAL omits from its errors: the message, what to do, AADSTS code, correlation ID.
  const { code, message, hint } = asDoorcodeError(error, network);
  console.error(`${message} ${hint} (${code})`);
  process.exitCode = 1;
}

// A program without a browser, as in Microsoft's how-to "Sign in users in a Node.js CLI application", on MSAL Node as it
// is published; then what the how-to leaves out: calling the API, renewing silently, signing out.
import { type AuthenticationResult, type DeviceCodeRequest, PublicClientApplication } from "@azure/msal-node";
import { loginRequest, msalConfig, todoListEndpoint } from "./auth-config.ts";
import { codeOf, exitCodeOf, sentenceOf } from "./errors.ts";
import { revokeRefreshToken } from "./revocation.ts";

const application = new PublicClientApplication(msalConfig);

try {
  const signedIn = await getTokenByDeviceCode();
  console.log(`Signed in as ${signedIn.account?.name} (${signedIn.account?.username})`);
  await addAndListToDos(signedIn.accessToken);
  await renewSilently(signedIn);
  await signOut(signedIn);
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = exitCodeOf(error);
}

async function getTokenByDeviceCode(): Promise<AuthenticationResult> {
  const deviceCodeRequest: DeviceCodeRequest = {
    ...loginRequest,
    deviceCodeCallback: (response) => {
      // If the device code endpoint returns an error, MSAL drops it and passes an empty response.
      if (!response.userCode)
        throw new Error("The tenant returned no code. Is CLIENT_ID registered there, with these SCOPES?");
      console.log(response.message);
      console.log(`The code is valid for ${Math.round(response.expiresIn / 60)} minutes.`);
    },
  };
  const result = await application.acquireTokenByDeviceCode(deviceCodeRequest);
  if (!result?.account) throw new Error("The response contains no account.");
  return result;
}

async function addAndListToDos(accessToken: string): Promise<void> {
  const description = "Buy oat milk";
  await callApi(accessToken, { method: "POST", body: JSON.stringify({ description }) });
  console.log(`Added a to-do: ${description}`);
  const items = (await callApi(accessToken)) as { description: string }[];
  console.log(`To-dos: ${items.map((item) => item.description).join(", ")}`);
}

async function callApi(accessToken: string, init: { method?: string; body?: string } = {}): Promise<unknown> {
  const headers: Record<string, string> = { authorization: `Bearer ${accessToken}` };
  if (init.body !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(todoListEndpoint, { ...init, headers });
  if (!response.ok) {
    throw new Error(`The API answered ${response.status}: ${response.headers.get("www-authenticate") ?? ""}`);
  }
  return await response.json();
}

/** MSAL does this automatically when the token expires, after about an hour; `forceRefresh` does it now. */
async function renewSilently({ account, accessToken }: AuthenticationResult): Promise<void> {
  const renewed = await application.acquireTokenSilent({ ...loginRequest, account: account!, forceRefresh: true });
  if (renewed.accessToken === accessToken) throw new Error("The renewal returned the old access token.");
  await callApi(renewed.accessToken);
  console.log("Renewed silently: a new access token, with no prompt");
}

/** MSAL forgets an account on this device only; the refresh token remains valid at the tenant until it is revoked there. */
async function signOut({ account }: AuthenticationResult): Promise<void> {
  if (await revokeRefreshToken(application, msalConfig.auth)) {
    const renewal = application.acquireTokenSilent({ ...loginRequest, account: account!, forceRefresh: true });
    const refusal = await renewal.then(() => "none", codeOf);
    if (refusal !== "invalid_grant") throw new Error(`After its revocation the refresh token meets: ${refusal}.`);
    console.log("Revoked the refresh token: a renewal is refused now (invalid_grant)");
  } else {
    console.log("This tenant cannot revoke a refresh token; it remains valid until it expires");
  }
  await application.getTokenCache().removeAccount(account!);
  if ((await application.getTokenCache().getAllAccounts()).length > 0) throw new Error("The account is still here.");
  console.log("Signed out");
}

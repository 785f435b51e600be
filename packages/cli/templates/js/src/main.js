// The program on the device: signs a person in by a code, calls the web API, renews silently, signs out.
import { choosePresenter, createClient, DoorcodeError } from "@doorcode/client";
import { readEnvironment, scopes, settingsFrom } from "./settings.js";

try {
  await run();
} catch (error) {
  console.error(error instanceof DoorcodeError ? `${error.message} ${error.hint}` : error);
  process.exitCode = 1;
}

async function run() {
  const { authority, clientId, apiUrl, storeDirectory } = settingsFrom(readEnvironment());
  const client = createClient({
    authority,
    clientId,
    scopes,
    // The token goes to this origin and to no other.
    apis: apiUrl === undefined ? [] : [{ origin: new URL(apiUrl).origin, scopes }],
    store: storeDirectory === undefined ? undefined : { directory: storeDirectory },
    present: choosePresenter({ stream: process.stderr, env: process.env, appName: "my-device" }),
  });

  // A device that signed in before continues without a prompt.
  const session = (await kept(await client.session())) ?? (await client.signIn());
  const { name, username } = session.account;
  console.log(`Hello, ${name ?? username}`);

  if (apiUrl !== undefined) console.log("Messages:", await readMessages(session, apiUrl));

  // `fetch` and `getToken` do this by themselves when the token is about to end.
  await session.getToken({ forceRefresh: true });
  console.log("Renewed silently: a new access token, with no prompt");

  // A device that is there to stay leaves this to its user.
  const { revoked } = await session.signOut({ everywhere: true });
  console.log(revoked === "yes" ? "Signed out, here and at the tenant" : `Signed out here (at the tenant: ${revoked})`);
}

/** The sign-in that was kept, while the tenant still accepts it. */
async function kept(session) {
  try {
    await session?.getToken();
    return session;
  } catch (error) {
    if (error instanceof DoorcodeError && /^sign_in_/.test(error.code)) return undefined;
    throw error;
  }
}

async function readMessages(session, apiUrl) {
  const response = await session.fetch(apiUrl);
  if (!response.ok) throw new Error(`The web API answered ${response.status}.`);
  return response.json();
}

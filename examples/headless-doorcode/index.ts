// A program without a browser: signs a user in, calls a web API, renews silently, signs out. examples/headless-msal does
// the same on MSAL Node alone.
import { createClient, DoorcodeError, openFileStore, type Presenter, type Session } from "@doorcode/client";
import { apis, authority, clientId, storeDirectory, todoListEndpoint } from "./settings.ts";
import { refusalOfACopy } from "./stolen-copy.ts";

/** Without it, the client shows address, code and countdown on stderr, with a QR code where a phone can use it. */
const present: Presenter = {
  show(event) {
    if (event.event !== "code") return;
    const { verificationUri, userCode, message, expiresAt } = event.code;
    console.log(message ?? `To sign in, open the page ${verificationUri} and enter the code ${userCode}`);
    console.log(`The code is valid for ${Math.round((expiresAt - Date.now()) / 60_000)} minutes.`);
  },
};

const exitCodes: Partial<Record<DoorcodeError["code"], number>> = { denied: 4, code_expired: 5, issuer_unreachable: 7 };

try {
  const store = await openFileStore({ directory: storeDirectory });
  const client = createClient({ authority, clientId, apis, store, present });
  const session = await client.signIn();
  console.log(`Signed in as ${session.account.name} (${session.account.username})`);
  await addAndListToDos(session);

  const before = await session.getToken();
  // The client does the same automatically when the hour of the access token is over.
  const renewed = await session.getToken({ forceRefresh: true });
  if (renewed.token === before.token) throw new Error("The renewal brought the old access token.");
  await callApi(session);
  console.log("Renewed silently: a new access token, with no prompt");

  const refusal = await refusalOfACopy({ authority, clientId, apis }, store);
  const { revoked } = await session.signOut({ everywhere: true });
  if (revoked === "yes") console.log(`Revoked the refresh token: a renewal is refused now (${await refusal()})`);
  else console.log("This tenant cannot revoke a refresh token; it stays good until it expires");
  if ((await client.accounts()).length > 0) throw new Error("The account is still here.");
  console.log("Signed out");
} catch (error) {
  const known = error instanceof DoorcodeError ? error : undefined;
  console.error(known ? `${known.message} ${known.hint}` : error);
  process.exitCode = (known && exitCodes[known.code]) ?? 1;
}

async function addAndListToDos(session: Session): Promise<void> {
  const description = "Buy oat milk";
  await callApi(session, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ description }),
  });
  console.log(`Added a to-do: ${description}`);
  const items = (await callApi(session)) as { description: string }[];
  console.log(`To-dos: ${items.map((item) => item.description).join(", ")}`);
}

async function callApi(session: Session, init: RequestInit = {}): Promise<unknown> {
  const response = await session.fetch(todoListEndpoint, init);
  if (!response.ok) throw new Error(`The API answered ${response.status}.`);
  return await response.json();
}

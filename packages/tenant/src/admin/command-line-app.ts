import type { App } from "../directory/entities.ts";
import type { Store } from "../storage/store.ts";

/** Client ID that Entra has for "Microsoft Graph Command Line Tools": a program that knows it works with any tenant. */
export const COMMAND_LINE_CLIENT_ID = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/**
 * The program by which administrators prepare the tenant, registered in every one before anybody registers anything. It
 * stays as it was changed to be (disabled, for assigned people, with a second factor); deleted, it is back at the next
 * start, so that a tenant cannot be locked out of its own preparation by a slip. Whoever wants it gone disables it.
 */
export async function registerCommandLine(store: Store, now: number): Promise<void> {
  const { directory } = store;
  if (await directory.findApp(COMMAND_LINE_CLIENT_ID)) return;
  // Never over one that another node has made meanwhile, and an administrator perhaps disabled.
  await directory.insertApp(commandLineApp(now));
}

/** The apps that somebody registered: what lists of apps show. */
export async function registeredApps(store: Store): Promise<App[]> {
  return (await store.directory.listApps()).filter(({ clientId }) => clientId !== COMMAND_LINE_CLIENT_ID);
}

function commandLineApp(createdAt: number): App {
  return {
    clientId: COMMAND_LINE_CLIENT_ID,
    name: "Doorcode command line",
    publicClient: true,
    secretHash: null,
    // Any port of it (RFC 8252 §7.3).
    redirectUris: ["http://localhost"],
    postLogoutRedirectUris: [],
    userFlowId: null,
    requireMfa: false,
    assignmentRequired: false,
    groupClaims: false,
    createdAt,
    disabledAt: null,
  };
}

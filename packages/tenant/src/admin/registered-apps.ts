import type { Api, App, Consent } from "../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES } from "../directory/graph-scopes.ts";
import { COMMAND_LINE_CLIENT_ID, newApp } from "../directory/new-app.ts";
import type { StoreReader } from "../storage/store.ts";
import type { AdminStore } from "./admin-context.ts";
import { apps, newRegistration } from "./apps.ts";

export { COMMAND_LINE_CLIENT_ID };

/** What programs are configured with. */
export interface Registrations {
  /** `scopes`: those of APIs that an administrator consented to for all users, as a program requests them. */
  apps: { name: string; clientId: string; scopes: string[] }[];
  /** Their enabled scopes, by short name. */
  apis: { name: string; clientId: string; scopes: string[] }[];
}

/**
 * The app with which administrators prepare the tenant, registered in every tenant from the start. Changes to it
 * persist (disabled, restricted to assigned users, with a second factor). If it is deleted, the next start registers it
 * again, so that a mistake cannot lock you out of preparing the tenant. To get rid of it, disable it.
 */
export async function registerCommandLine({ store, clock }: AdminStore): Promise<void> {
  if (await store.directory.findApp(COMMAND_LINE_CLIENT_ID)) return;
  const app = newApp(
    {
      clientId: COMMAND_LINE_CLIENT_ID,
      name: "Doorcode command line",
      publicClient: true,
      administrativeScopes: [...ADMINISTRATIVE_SCOPES],
      // Any port (RFC 8252 §7.3).
      redirectUris: ["http://localhost"],
    },
    clock.now(),
  );
  // Never overwrites one that another node has created meanwhile and an administrator may have disabled.
  const registration = newRegistration(app.clientId);
  await apps({ store, clock }, { actor: "tenant", caller: null }).register({ kind: "app", registration, app });
}

/** The apps that lists of apps show: without the command line's own. */
export async function registeredApps({ directory }: Pick<StoreReader, "directory">): Promise<App[]> {
  return (await directory.listApps()).filter(({ clientId }) => clientId !== COMMAND_LINE_CLIENT_ID);
}

export async function registrationsOf(store: Pick<StoreReader, "directory">): Promise<Registrations> {
  const apps = await registeredApps(store);
  const apis = await store.directory.listApis();
  return {
    apps: await Promise.all(
      apps.map(async ({ name, clientId }) => ({
        name,
        clientId,
        scopes: consented(await store.directory.consentsFor(clientId, ""), apis),
      })),
    ),
    apis: apis.map(({ name, clientId, scopes }) => ({
      name,
      clientId,
      scopes: scopes.filter((scope) => scope.enabled).map((scope) => scope.value),
    })),
  };
}

/** `api://<client ID>/ToDoList.Read`. */
function consented(consents: readonly Consent[], apis: readonly Api[]): string[] {
  return consents.flatMap(({ resourceId, scopes }) => {
    const offered = apis.find(({ clientId }) => clientId === resourceId)?.scopes.filter(({ enabled }) => enabled) ?? [];
    return offered.filter(({ value }) => scopes.includes(value)).map(({ value }) => `api://${resourceId}/${value}`);
  });
}

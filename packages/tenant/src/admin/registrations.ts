import type { Store } from "../storage/store.ts";
import { registeredApps } from "./command-line-app.ts";

/** What programs are configured with. */
export interface Registrations {
  apps: { name: string; clientId: string }[];
  /** Their enabled scopes, by short name. */
  apis: { name: string; clientId: string; scopes: string[] }[];
}

export async function registrationsOf(store: Store): Promise<Registrations> {
  const apps = await registeredApps(store);
  const apis = await store.directory.listApis();
  return {
    apps: apps.map(({ name, clientId }) => ({ name, clientId })),
    apis: apis.map(({ name, clientId, scopes }) => ({
      name,
      clientId,
      scopes: scopes.filter((scope) => scope.enabled).map((scope) => scope.value),
    })),
  };
}

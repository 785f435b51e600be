import { existsSync } from "node:fs";

/** The permission that the device asks for, by the name that doorcode.tenant.yaml gives the API: the same in every tenant. */
export const scopes = ["api://my-device-api/Messages.Read"];

/** The environment and, where there is one, the file .env; what the environment says already wins. */
export function readEnvironment() {
  if (existsSync(".env")) process.loadEnvFile(".env");
  return process.env;
}

/** All that differs between one tenant and another; see .env.example. */
export function settingsFrom(env) {
  return {
    authority: needed(env, "AUTHORITY"),
    clientId: needed(env, "CLIENT_ID"),
    apiUrl: env.API_URL || undefined,
    storeDirectory: env.STORE_DIRECTORY || undefined,
  };
}

function needed(env, name) {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing: set it in the environment or in .env, as .env.example shows.`);
  return value;
}

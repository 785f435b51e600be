import { type Configuration, LogLevel } from "@azure/msal-node";

/** The app registration and the API it calls: everything that differs between tenants. */
const authority = setting("AUTHORITY", "https://localhost:8443/<tenant id>");
const clientId = setting("CLIENT_ID", "the application (client) ID");
const scopes = setting("SCOPES", "api://<API's client ID>/ToDoList.ReadWrite, separated by spaces");

export const todoListEndpoint = setting("TODO_LIST_ENDPOINT", "http://localhost:8480/api/todolist");

export const msalConfig: Configuration = {
  auth: {
    clientId,
    authority,
    // Listed with its port, otherwise MSAL asks Microsoft whether it knows this host.
    knownAuthorities: [new URL(authority).host],
  },
  system: {
    loggerOptions: {
      loggerCallback: (_level, message) => console.error(message),
      piiLoggingEnabled: false,
      logLevel: LogLevel.Error,
    },
  },
};

export const loginRequest = { scopes: scopes.split(" ") };

function setting(name: string, example: string): string {
  const value = process.env[name];
  if (value) return value;
  console.error(`Set the environment variable ${name} (${example}).`);
  process.exit(2);
}

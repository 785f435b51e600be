import { defaultStoreDirectory } from "@doorcode/client";

/** The app's registration and the API it calls: all that differs between one issuer and another. */
export const authority = setting("AUTHORITY", "https://localhost:8443/<tenant id>");
export const clientId = setting("CLIENT_ID", "the application (client) ID");
export const todoListEndpoint = setting("TODO_LIST_ENDPOINT", "http://localhost:8480/api/todolist");
const scopes = setting("SCOPES", "api://<API's client ID>/ToDoList.ReadWrite, separated by spaces");

export const apis = [{ origin: new URL(todoListEndpoint).origin, scopes: scopes.split(" ") }];

/** Where the tokens are kept, encrypted; left out, in the user's state folder. */
export const storeDirectory = process.env.STORE_DIRECTORY ?? defaultStoreDirectory(process.env);

export function setting(name: string, example: string): string {
  const value = process.env[name];
  if (value) return value;
  console.error(`Set the environment variable ${name} (${example}).`);
  process.exit(2);
}

// node tools/node24.mjs examples/tv/index.ts
import { startTv, type TvOptions } from "./tv.ts";

const tv = await startTv(settings(process.env));
console.log(`Open ${tv.url} on the screen. Ctrl-C ends the player; the account stays signed in.`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void tv.close().then(() => process.exit(0)));
}

/** The TV's registration and the API it calls, from the environment. Ends the process where one is missing. */
function settings(env: NodeJS.ProcessEnv): TvOptions {
  const required = (name: string, example: string): string => {
    const value = env[name];
    if (value) return value;
    console.error(`Set the environment variable ${name} (${example}).`);
    process.exit(2);
  };
  const todoListEndpoint = required("TODO_LIST_ENDPOINT", "http://localhost:8480/api/todolist");
  return {
    authority: required("AUTHORITY", "https://localhost:8443/<tenant id>"),
    clientId: required("CLIENT_ID", "the application (client) ID"),
    apis: [
      {
        origin: new URL(todoListEndpoint).origin,
        scopes: required("SCOPES", "api://<API's client ID>/ToDoList.Read, separated by spaces").split(" "),
      },
    ],
    todoListEndpoint,
    deviceName: env.DEVICE_NAME ?? "Living-room TV",
    port: Number(env.PORT ?? 8490),
    ...(env.STORE_DIRECTORY && { store: { directory: env.STORE_DIRECTORY } }),
  };
}

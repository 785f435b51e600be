import { readFileSync } from "node:fs";
import { startTodoListApi, type TodoListOptions } from "./start.ts";

const needed = (name: string): string => {
  const value = process.env[name];
  if (value) return value;
  console.error(`${name} is not set. README.md lists what this program reads from its environment.`);
  process.exit(2);
};

const options: TodoListOptions = {
  issuer: needed("TODOLIST_ISSUER"),
  audience: needed("TODOLIST_AUDIENCE"),
  tenantId: needed("TODOLIST_TENANT_ID"),
  port: Number(process.env.TODOLIST_PORT ?? 8600),
  store: process.env.TODOLIST_STORE ?? "todolist.sqlite",
};
const caFile = process.env.DOORCODE_CA_FILE;
if (caFile) options.ca = readFileSync(caFile, "utf8");

const api = await startTodoListApi(options);
console.log(`The to-do list API answers at ${api.url}/api/todolist`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void api.close().then(() => process.exit(signal === "SIGINT" ? 130 : 143)));
}

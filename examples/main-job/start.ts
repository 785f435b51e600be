// `npm start`: one whole sign-in on this machine; you are the person with the browser. `-- --mfa`: with a second factor.
import { run } from "./run.ts";
import { stayAtTerminal } from "./stay.ts";

await run({ ports: { tenant: 8443, api: 8480 }, mfa: process.argv.includes("--mfa"), ...stayAtTerminal() });

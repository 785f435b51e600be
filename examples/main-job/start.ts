// `npm start`: one whole sign-in on this machine; you are the person with the browser. `-- --mfa`: with a second factor.
// `-- --lan [ADDRESS] [--https]`: the pages on the local network, for your phone.
import { run } from "./run.ts";
import { stayAtTerminal } from "./stay.ts";

await run({ typed: process.argv.slice(2), ports: { tenant: 8443, api: 8480 }, ...stayAtTerminal() });

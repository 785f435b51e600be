// `npm run demo`: the same as `npm start`, with a script in the person's place. `-- --mfa`: with a second factor.
import { run } from "./run.ts";
import { signUpAndAgree } from "./second-device.ts";

await run({ ports: { tenant: 8443, api: 8480 }, secondDevice: signUpAndAgree, mfa: process.argv.includes("--mfa") });

// `npm run demo`: the same as `npm start`, with a script in the person's place, and the same options.
import { run } from "./run.ts";
import { signUpAndAgree } from "./second-device.ts";

await run({ typed: process.argv.slice(2), ports: { tenant: 8443, api: 8480 }, secondDevice: signUpAndAgree });

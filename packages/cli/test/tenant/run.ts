// `doorcode tenant …` as a separate process, directly from the sources.
import { main } from "../../src/main.ts";

process.exit(await main(["tenant", ...process.argv.slice(2)]));

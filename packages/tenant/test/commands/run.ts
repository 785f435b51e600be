// `doorcode tenant …` as a process of its own, straight from the sources.
import { main } from "../../src/commands/main.ts";

process.exit(await main(process.argv.slice(2)));

// Finds the browser of the page tests, and says what to do where there is none.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** DOORCODE_CHROMIUM, else Debian's Chromium, else a Chrome. */
export function findChromium() {
  const named = process.env.DOORCODE_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`DOORCODE_CHROMIUM names ${named}, which does not exist.`);
  }
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (found) return found;
  throw new Error(
    "The page tests need Chromium, and this machine has none. Install Debian's package (apt-get install chromium), " +
      "name a browser in DOORCODE_CHROMIUM, or run .ci/run, which installs what is missing.",
  );
}

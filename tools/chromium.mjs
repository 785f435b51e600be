// The browser of the page tests: an installed one, or one from npm.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { extract } from "tar";
import { bring, packaged, platform } from "./from-npm.mjs";

/** The headless shell first: it renders the same pages in about 60 % of the processor time. */
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Where browsers are installed that are not in the PATH. */
const places = {
  darwin: [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .flatMap((folder) => [
      join(folder, "Google/Chrome/Application/chrome.exe"),
      join(folder, "Microsoft/Edge/Application/msedge.exe"),
    ]),
};

/** The browser that DOORCODE_CHROMIUM names, or an installed one. Undefined if there is none. */
export function installedChromium() {
  const named = process.env.DOORCODE_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`DOORCODE_CHROMIUM is ${named}, which does not exist.`);
  }
  if (process.env.DOORCODE_IGNORE_INSTALLED) return undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find((path) => existsSync(path));
}

/** The path of a browser, downloaded from npm if the machine has none. Throws, with what to install, if that fails. */
export function chromium() {
  const installed = installedChromium();
  if (installed) return installed;
  if (!packaged("chromium")) {
    throw new Error(
      `The page tests need Chromium, and npm has none for ${platform}. Install Chromium or Google Chrome ` +
        "(on Debian: apt-get install chromium-headless-shell), or set DOORCODE_CHROMIUM to the path of one.",
    );
  }
  return join(bring("chromium", unpack).files, "chromium.sh");
}

/** The package contains a Brotli-compressed headless Chromium, the libraries that a bare machine lacks, and a font. */
function unpack(files) {
  const packed = (name) => join(files, "bin", name);
  writeFileSync(join(files, "chromium"), brotliDecompressSync(readFileSync(packed("chromium.br"))), { mode: 0o755 });
  for (const archive of ["al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br"]) {
    extract({ file: packed(archive), cwd: files, sync: true, brotli: true, preserveOwner: false });
  }
  rmSync(join(files, "bin"), { recursive: true });
  writeFileSync(join(files, "fonts.conf"), fontConfiguration);
  writeFileSync(join(files, "chromium.sh"), startScript, { mode: 0o755 });
  tryOut(join(files, "chromium.sh"));
}

/** The machine's fonts, if it has any, and the downloaded one. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

const startScript = `#!/bin/sh
here=\${0%/*}
export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
`;

function tryOut(path) {
  const { status, stderr, error } = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(
    `The Chromium from npm does not start on this machine: ${(stderr || String(error ?? status)).trim()}. Install Chromium ` +
      "(on Debian: apt-get install chromium-headless-shell), or set DOORCODE_CHROMIUM to the path of one.",
  );
}

// Debian's cupsd on its own port, with all of its files in one folder.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import jsqr from "jsqr";
import { freePort } from "../../../tests/fixtures/free-port.ts";

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, LC_ALL: "C" };
const isMissing = (tool: string) => spawnSync(tool, ["-h"], { env, stdio: "ignore" }).error !== undefined;
const missing = ["cupsd", "cupsdisable", "/usr/lib/cups/filter/pdftopdf", "pdftotext", "pdftoppm"].filter(isMissing);
// cupsd runs its filters as another user, which only root can do.
const isRoot = process.getuid?.() === 0;

/** Why the tests with CUPS cannot run here; false if they can. */
export const withoutCups =
  missing.length > 0
    ? `needs ${missing.join(", ")} (Debian: cups-daemon, cups-client, cups-filters-core-drivers, poppler-utils)`
    : !isRoot && "needs root, to start cupsd";

export interface Cups {
  /** A queue that puts each page into a PDF file. */
  queue: string;
  /** A queue of a printer that does not answer. */
  deadQueue: string;
  /** The last page: its text, and what a camera reads from it. */
  page(): Promise<{ text: string; qr: string | undefined }>;
  /** Stops the queue as an operator does, with `cupsdisable`. */
  stopQueue(): void;
  jobs(): string;
  close(): Promise<void>;
}

const ppd = `*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "PAGES.PPD"
*Manufacturer: "Doorcode"
*Product: "(Pages)"
*ModelName: "Pages"
*ShortNickName: "Pages"
*NickName: "Pages"
*PSVersion: "(3010.000) 0"
*cupsFilter2: "application/vnd.cups-pdf application/pdf 0 -"
*OpenUI *PageSize: PickOne
*OrderDependency: 10 AnySetup *PageSize
*DefaultPageSize: A4
*PageSize A4/A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*OrderDependency: 10 AnySetup *PageRegion
*DefaultPageRegion: A4
*PageRegion A4/A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "18 18 577 824"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
`;

export async function startCups(): Promise<Cups> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-cups-"));
  // Its filters run as another user.
  await chmod(folder, 0o755);
  for (const name of ["ppd", "spool", "cache", "run", "tmp", "out"]) await mkdir(join(folder, name), { mode: 0o755 });
  await chmod(join(folder, "tmp"), 0o1777);
  const port = await freePort();
  const server = `127.0.0.1:${port}`;
  const out = join(folder, "out/page.pdf");
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  await put("ppd/pages.ppd", ppd);
  await put("ppd/dead.ppd", ppd);
  await put(
    "cups-files.conf",
    [
      `ServerRoot ${folder}`,
      `StateDir ${folder}/run`,
      `RequestRoot ${folder}/spool`,
      `CacheDir ${folder}/cache`,
      `TempDir ${folder}/tmp`,
      ...["AccessLog", "ErrorLog", "PageLog"].map((log) => `${log} ${folder}/log`),
      "FileDevice Yes\n",
    ].join("\n"),
  );
  await put(
    "cupsd.conf",
    [
      `Listen ${server}`,
      "Browsing No",
      "WebInterface No",
      "DefaultAuthType None",
      "<Location />\n  Order allow,deny\n  Allow localhost\n</Location>",
      "<Policy default>\n  <Limit All>\n    Order allow,deny\n  </Limit>\n</Policy>\n",
    ].join("\n"),
  );
  const queue = (name: string, device: string) =>
    `<Printer ${name}>\nDeviceURI ${device}\nState Idle\nAccepting Yes\n</Printer>\n`;
  await put(
    "printers.conf",
    queue("pages", `file://${out}`) + queue("dead", `ipp://127.0.0.1:${await freePort()}/ipp/print`),
  );

  const files = ["-c", join(folder, "cupsd.conf"), "-s", join(folder, "cups-files.conf")];
  const cupsd = spawn("cupsd", ["-f", ...files], { env, stdio: "ignore" });
  const ended = once(cupsd, "exit");
  for (let tries = 0; (await answers(server)) === false; tries++) {
    if (tries > 2_400 || cupsd.exitCode !== null) {
      cupsd.kill();
      throw new Error(`cupsd does not answer:\n${await readFile(join(folder, "log"), "utf8").catch(() => "")}`);
    }
    await delay(50);
  }
  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  };
  return {
    queue: `ipp://${server}/printers/pages`,
    deadQueue: `ipp://${server}/printers/dead`,
    async page() {
      const text = run("pdftotext", "-layout", out, "-");
      run("pdftoppm", "-r", "100", "-singlefile", out, join(folder, "page"));
      return { text, qr: readQr(await readFile(join(folder, "page.ppm"))) };
    },
    stopQueue: () => void run("cupsdisable", "-h", server, "pages"),
    jobs: () => run("lpstat", "-h", server, "-o"),
    async close() {
      cupsd.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** A picture as pdftoppm writes it: `P6`, width, height, 255, then red, green and blue of each pixel. */
function readQr(ppm: Buffer): string | undefined {
  const header = /^P6\n(\d+) (\d+)\n255\n/.exec(ppm.toString("latin1", 0, 40))!;
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    pixels.set(ppm.subarray(header[0].length + 3 * i, header[0].length + 3 * i + 3), 4 * i);
  return jsqr.default(pixels, width, height)?.data;
}

const answers = (server: string) =>
  fetch(`http://${server}/`).then(
    () => true,
    () => false,
  );

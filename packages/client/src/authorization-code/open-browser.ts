import { once } from "node:events";

/**
 * Whether a browser that this process opens would be seen by the person at it: by the environment and `process.platform`.
 * Over SSH it would not, even where X11 is forwarded: the answer comes back to this machine, not to the person's.
 */
export function hasDisplay(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/**
 * Opens an http(s) address in the person's browser, where there is one to be seen; says whether it was asked to. Never fails:
 * the address is shown as well.
 */
export async function openBrowser(
  url: string,
  { env, platform }: Surroundings = { env: process.env, platform: process.platform },
): Promise<boolean> {
  const address = plainAddress(url);
  if (address === undefined || !hasDisplay(env, platform)) return false;
  // Not by `import`: most programs never open one.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const [command, ...args] = opener(address, env, platform);
  // Never through a shell. Detached: Ctrl-C is for this program, not for a browser that just began.
  const child = spawn(command, args, { env, stdio: "ignore", detached: true, windowsHide: true });
  child.unref();
  try {
    // Rejects on `error`: no such program.
    await once(child, "spawn");
    return true;
  } catch {
    return false;
  }
}

/** The command that hands an address to the person's own browser. */
export function opener(address: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === "darwin") return ["/usr/bin/open", address];
  // By its whole path: Windows looks into the current folder first. `start` is a command of the shell, and would need one.
  if (platform === "win32") {
    return [`${env.SystemRoot || "C:\\Windows"}\\System32\\rundll32.exe`, "url.dll,FileProtocolHandler", address];
  }
  return ["xdg-open", address];
}

/** xdg-open is a script that hands the address on to others; none of them finds a quote, a space or a `$` in it. */
function plainAddress(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return undefined;
  return parsed.href.replace(/[^\w\-.~:/?#[\]@!&*+,;=%]/g, (sign) =>
    encodeURIComponent(sign).replace(/^[^%]$/, (plain) => `%${plain.charCodeAt(0).toString(16).toUpperCase()}`),
  );
}

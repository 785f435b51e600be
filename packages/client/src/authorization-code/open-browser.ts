import { once } from "node:events";

/**
 * Tells whether the user can see a browser that this process opens. Over SSH they cannot, even with X11 forwarding: the
 * answer comes back to this machine, not to the user's.
 * @param env  for example `process.env`
 * @param platform  for example `process.platform`
 * @example
 * ```ts
 * import { createClient, hasDisplay } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 * });
 * await client.signIn({ via: hasDisplay(process.env, process.platform) ? "browser" : "device" });
 * ```
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
 * Opens an http(s) address in the user's browser if there is a display. Returns whether it tried. Never fails: the
 * address is shown as well.
 */
export async function openBrowser(
  url: string,
  { env, platform }: Surroundings = { env: process.env, platform: process.platform },
): Promise<boolean> {
  const address = plainAddress(url);
  if (address === undefined || !hasDisplay(env, platform)) return false;
  // Not loaded with `import`: most programs never open a browser.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const [command, ...args] = opener(address, env, platform);
  // Never through a shell. Detached, so that Ctrl-C does not end a browser that just started.
  const child = spawn(command, args, { env, stdio: "ignore", detached: true, windowsHide: true });
  child.unref();
  try {
    // The `error` event: no such program.
    await once(child, "spawn");
    return true;
  } catch {
    return false;
  }
}

/** The command that opens an address in the user's default browser. */
export function opener(address: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === "darwin") return ["/usr/bin/open", address];
  // Full path, because Windows searches the current folder first. `start` is a shell command and would need a shell.
  if (platform === "win32") {
    return [`${env.SystemRoot || "C:\\Windows"}\\System32\\rundll32.exe`, "url.dll,FileProtocolHandler", address];
  }
  return ["xdg-open", address];
}

/**
 * xdg-open is a script that passes the address on to other programs; without quotes, spaces and `$` it is safe in all
 * of them.
 */
function plainAddress(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return undefined;
  return parsed.href.replace(/[^\w\-.~:/?#[\]@!&*+,;=%]/g, (sign) =>
    encodeURIComponent(sign).replace(/^[^%]$/, (plain) => `%${plain.charCodeAt(0).toString(16).toUpperCase()}`),
  );
}

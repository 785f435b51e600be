/**
 * Whether a browser that this process opens would be seen by the person at it: by the environment and `process.platform`.
 * Over SSH it would not, even where X11 is forwarded: the answer comes back to this machine, not to the person's.
 */
export function hasDisplay(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.SSH_CONNECTION || env.SSH_CLIENT || env.SSH_TTY) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

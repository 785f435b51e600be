import type { Account, SignInEvent } from "../../src/client.ts";
import type { Clock } from "../../src/clock.ts";

export const about = {
  clientId: "11111111-2222-4333-8444-555555555555",
  authority: "https://login.contoso.example/tid",
};

export const account: Account = {
  id: "oid.tid",
  username: "ada@contoso.example",
  name: "Ada",
  tenantId: "tid",
  issuer: "https://login.contoso.example/tid/v2.0",
  authority: about.authority,
  clientId: about.clientId,
};

export function codeEvent(origin = "https://contoso.example", expiresAt = 900_000): SignInEvent & { event: "code" } {
  return {
    event: "code",
    code: {
      userCode: "WDJB-MJHT",
      verificationUri: `${origin}/device`,
      verificationUriComplete: `${origin}/device?user_code=WDJB-MJHT`,
      message: undefined,
      expiresAt,
      interval: 5_000,
    },
  };
}

export function output(size: { columns?: number; rows?: number; isTTY?: boolean } = {}) {
  const stream = {
    text: "",
    isTTY: true,
    columns: 80,
    rows: 24,
    ...size,
    write(text: string) {
      stream.text += text;
    },
  };
  return stream;
}

/** A clock that only a test advances. */
export function manualClock(): Clock & { advance(ms: number): Promise<void>; sleepers(): number } {
  let now = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    sleepers: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await new Promise(setImmediate);
    },
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
export const escapes = /\u001b/;

/** What a terminal shows after this text. No written line may be wider than the terminal. */
export function screenOf(text: string): string[] {
  return text.split("\n").map((line) => {
    const shown = line.slice(line.lastIndexOf("\r") + 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are taken out.
    return shown.replace(/\u001b\[[\d;]*[A-Za-z]/g, "");
  });
}

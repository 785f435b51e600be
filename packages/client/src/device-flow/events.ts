import type { Account } from "../account.ts";
import type { DeviceCode } from "./device-code.ts";

/** What happens while somebody signs in; each is also one line of `doorcode login --json`. Holds no secret. */
export type SignInEvent =
  | { event: "code"; code: PresentedCode }
  /** A browser on this machine is to open the address; whoever has it can do no more than sign in. */
  | { event: "browser"; url: string }
  /** One poll said "not yet". */
  | { event: "waiting"; expiresAt: number }
  /** The issuer asked for slower polls; milliseconds between them from now on. */
  | { event: "slowed"; interval: number }
  /** The network or the issuer failed; the next try comes in `delay` milliseconds. */
  | { event: "retrying"; reason: string; delay: number }
  | { event: "signed_in"; account: Account };

/** What may be shown of a DeviceCode: not its secret, nor a time that means nothing outside this process. */
export type PresentedCode = Omit<DeviceCode, "deviceCode" | "deadline">;

/** Shows a sign-in to a person. `show` may be asynchronous; a rejection ends the sign-in with that error. */
export interface Presenter {
  show(event: SignInEvent, about: { clientId: string; authority: string }): void | Promise<void>;
  /** The sign-in ended, well or not: stop the countdown, give the terminal back. */
  end?(outcome: "signed_in" | "failed" | "cancelled"): void;
}

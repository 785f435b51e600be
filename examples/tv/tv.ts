// The TV: the client signs in, a page on this machine shows how far it is. Only the page's server and the client are here.
import { type ClientOptions, createClient, DoorcodeError, type Session, type SignInEvent } from "@doorcode/client";
import { type RunningScreen, type Screen, startScreen } from "./screen/screen.ts";

export interface TvOptions extends ClientOptions {
  todoListEndpoint: string;
  /** Of the page, on 127.0.0.1; 0: any free one. */
  port: number;
}

/** How often the to-dos are read again, in milliseconds. */
const REFRESH_MS = 30_000;

export interface RunningTv {
  /** `http://127.0.0.1:8490`: what the TV's browser opens. */
  url: string;
  close(): Promise<void>;
}

/** Starts the TV: with the account it has, else with a code. */
export async function startTv({ todoListEndpoint, port, ...options }: TvOptions): Promise<RunningTv> {
  const client = createClient({ ...options, present: false });
  const screen: RunningScreen = await startScreen({
    port,
    // The remote control's keys, by the names of their buttons on the page.
    actions: { "new-code": () => void signIn(), "sign-out": () => void signOut() },
  });
  let attempt = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let session: Session | undefined;

  const kept = await client.session();
  if (kept) await watch(kept);
  else void signIn();

  async function signIn(): Promise<void> {
    attempt.abort();
    attempt = new AbortController();
    const { signal } = attempt;
    const show = (next: Screen | undefined) => (signal.aborted ? undefined : screen.show(next));
    show({ name: "starting" });
    try {
      await watch(await client.signIn({ signal, present: { show: (event) => void show(screenOf(event)) } }));
    } catch (error) {
      const code = error instanceof DoorcodeError ? error.code : undefined;
      if (code === "denied") show({ name: "ended", title: "Sign-in was declined" });
      else if (code === "code_expired") show({ name: "ended", title: "The code has expired" });
      else show({ name: "ended", title: "Sign-in did not work", detail: (error as Error).message });
    }
  }

  /** Shows who is signed in, and their to-dos from now on. */
  async function watch(signedIn: Session): Promise<void> {
    session = signedIn;
    clearTimeout(timer);
    try {
      const response = await signedIn.fetch(todoListEndpoint);
      if (!response.ok) throw new Error(`The to-do list answered ${response.status}.`);
      const items = (await response.json()) as { description: string }[];
      if (session === signedIn) screen.show({ ...account(signedIn), todos: items.map((item) => item.description) });
    } catch (error) {
      if (session !== signedIn) return;
      if (error instanceof DoorcodeError && error.code === "sign_in_again") return signIn();
      screen.show({ ...account(signedIn), todos: [], detail: (error as Error).message });
    }
    timer = setTimeout(() => void watch(signedIn), REFRESH_MS);
  }

  async function signOut(): Promise<void> {
    clearTimeout(timer);
    const ended = session;
    session = undefined;
    await ended?.signOut({ everywhere: true }).catch((error: Error) => console.error(error.message));
    await signIn();
  }

  return {
    url: screen.url,
    async close() {
      attempt.abort();
      clearTimeout(timer);
      session = undefined;
      await screen.close();
    },
  };
}

const account = ({ account: { name, username } }: Session) => ({ name: "signed_in" as const, who: name ?? username });

function screenOf(event: SignInEvent): Screen | undefined {
  if (event.event !== "code") return undefined;
  const { userCode, verificationUri, verificationUriComplete, expiresAt } = event.code;
  return { name: "code", userCode, verificationUri, qr: verificationUriComplete ?? verificationUri, expiresAt };
}

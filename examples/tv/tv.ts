// The TV: the client signs in, and a page on this machine shows each step.
import { setTimeout as delay } from "node:timers/promises";
import { type ClientOptions, createClient, DoorcodeError, type PresentedCode, type Session } from "@doorcode/client";
import { type Screen, startScreen } from "./screen/screen.ts";

export interface TvOptions extends ClientOptions {
  todoListEndpoint: string;
  /** The page's port on 127.0.0.1. 0: any free port. */
  port: number;
}

export interface RunningTv {
  /** The page that the TV's browser opens: `http://127.0.0.1:8490`. */
  url: string;
  close(): Promise<void>;
}

/** Milliseconds between two readings of the to-dos. */
const REFRESH_MS = 30_000;

/** Starts the TV with the account it has, or with a code. */
export async function startTv({ todoListEndpoint, port, ...options }: TvOptions): Promise<RunningTv> {
  const client = createClient({ ...options, present: false });
  let session = await client.session();
  let scene = new AbortController();
  let closed = false;
  const screen = await startScreen({
    port,
    // The keys of the remote control, by their buttons on the page. The page may be out of date, so both check the session.
    actions: { "new-code": () => void (session ?? signIn()), "sign-out": () => void (session && signOut(session)) },
  });
  void (session ? watch(session) : signIn());

  /** Ends the current scene, which then shows nothing more. */
  function nextScene(): { signal: AbortSignal; show(next: Screen): void } {
    scene.abort();
    scene = new AbortController();
    const { signal } = scene;
    return { signal, show: (next) => signal.aborted || screen.show(next) };
  }

  async function signIn(): Promise<void> {
    const { signal, show } = nextScene();
    show({ name: "starting" });
    const present = {
      show: (event: { event: string; code?: PresentedCode }) => event.code && show(codeScreen(event.code)),
    };
    let signedIn: Session;
    try {
      signedIn = await client.signIn({ signal, present });
    } catch (error) {
      const { code, message } = error as DoorcodeError;
      if (code === "denied") show({ name: "ended", title: "Sign-in was declined" });
      else if (code === "code_expired") show({ name: "ended", title: "The code has expired" });
      else show({ name: "ended", title: "Sign-in did not work", detail: message });
      return;
    }
    await watch(signedIn);
  }

  /** Shows who is signed in, and their to-dos, until the scene ends. */
  async function watch(signedIn: Session): Promise<void> {
    if (closed) return;
    const { signal, show } = nextScene();
    session = signedIn;
    const who = signedIn.account.name ?? signedIn.account.username;
    let todos: string[] = [];
    show({ name: "signed_in", who, todos });
    while (!signal.aborted) {
      try {
        const response = await signedIn.fetch(todoListEndpoint, { signal });
        if (!response.ok) throw new Error(`The to-do list answered ${response.status}.`);
        todos = ((await response.json()) as { description: string }[]).map((item) => item.description);
        show({ name: "signed_in", who, todos });
      } catch (error) {
        if (!signal.aborted && error instanceof DoorcodeError && error.code === "sign_in_again") {
          session = undefined;
          return signIn();
        }
        show({ name: "signed_in", who, todos, detail: (error as Error).message });
      }
      await delay(REFRESH_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async function signOut(ended: Session): Promise<void> {
    nextScene().show({ name: "starting" });
    session = undefined;
    await ended.signOut({ everywhere: true }).catch((error: Error) => console.error(error.message));
    await signIn();
  }

  return {
    url: screen.url,
    async close() {
      closed = true;
      scene.abort();
      await screen.close();
    },
  };
}

function codeScreen({ userCode, verificationUri, verificationUriComplete, expiresAt }: PresentedCode): Screen {
  return { name: "code", userCode, verificationUri, qr: verificationUriComplete ?? verificationUri, expiresAt };
}

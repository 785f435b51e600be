// The printer: the client signs in, and paper shows how far it is.
import {
  type ClientOptions,
  createClient,
  type DoorcodeError,
  type PresentedCode,
  type Presenter,
  type Session,
} from "@doorcode/client";

/** One piece of paper. Texts may come from the issuer or a user: a driver must not run control characters in them. */
export interface Receipt {
  title: string;
  lines: string[];
  /** Printed large. */
  code?: string;
  /** The content of a QR code. */
  qr?: string;
}

/** Prints one receipt. Rejects with a sentence for the user: printer gone, out of paper. */
export type Print = (receipt: Receipt) => Promise<void>;

export interface PrinterOptions extends ClientOptions {
  todoListEndpoint: string;
  print: Print;
  /** Writes one line for the operator: to the terminal or to the service's log. */
  log: (line: string) => void;
}

export interface RunningPrinter {
  /** The button: prints the to-dos, or a new code when not signed in. Ignored while a receipt is being printed. */
  press(): Promise<void>;
  signOut(): Promise<void>;
  /** Ends the sign-in, and waits for the receipt that is being printed. */
  close(): Promise<void>;
}

/** Starts the printer with the account it has, or with a code. */
export async function startPrinter({
  todoListEndpoint,
  print,
  log,
  ...options
}: PrinterOptions): Promise<RunningPrinter> {
  const client = createClient({ ...options, present: false });
  let session = await client.session();
  let attempt = new AbortController();
  let printing: Promise<boolean> | undefined;
  if (session) log(`Signed in as ${nameOf(session)}. Press the button to print the to-dos.`);
  else void signIn();

  /** Returns whether the receipt was printed. A sign-in must not end because the paper did. */
  async function onPaper(receipt: Receipt): Promise<boolean> {
    const printed = print(receipt).then(
      () => true,
      (error: Error) => {
        log(error.message);
        return false;
      },
    );
    printing = printed.finally(() => {
      printing = undefined;
    });
    return await printing;
  }

  async function show(code: PresentedCode): Promise<void> {
    if (await onPaper(codeReceipt(code, options.clock?.now() ?? Date.now()))) return;
    log(`To sign in, open ${code.verificationUri} and enter the code ${code.userCode}.`);
  }

  /** Prints a code and waits for the user. A press in the meantime starts again with a new code. */
  async function signIn(): Promise<void> {
    attempt.abort();
    attempt = new AbortController();
    const { signal } = attempt;
    try {
      const present: Presenter = { show: (event) => (event.event === "code" ? show(event.code) : undefined) };
      session = await client.signIn({ signal, present });
      log(`Signed in as ${nameOf(session)}.`);
      await onPaper({ title: "Signed in", lines: [nameOf(session), "Press the button to print your to-dos."] });
    } catch (error) {
      if (signal.aborted) return;
      const { code, message, hint = "" } = error as DoorcodeError;
      log(`${message} ${hint}`);
      const why = { denied: "The sign-in was declined.", code_expired: "The code has expired." }[code as string];
      await onPaper({ title: "Not signed in", lines: [why ?? message, "Press the button for a new code."] });
    }
  }

  async function printTodos(of: Session): Promise<void> {
    try {
      const response = await of.fetch(todoListEndpoint);
      if (!response.ok) throw new Error(`The to-do list answered ${response.status}.`);
      const todos = (await response.json()) as { description: string }[];
      const lines = todos.map(({ description }) => `[ ] ${description}`);
      await onPaper({ title: `To-dos of ${of.account.name ?? of.account.username}`, lines });
    } catch (error) {
      const { code, message } = error as DoorcodeError;
      log(message);
      if (code !== "sign_in_again" && code !== "sign_in_needed") return;
      session = undefined;
      void signIn();
    }
  }

  return {
    async press() {
      if (printing) return;
      if (session) await printTodos(session);
      else void signIn();
    },
    async signOut() {
      const ended = session;
      session = undefined;
      await ended?.signOut({ everywhere: true }).catch((error: Error) => log(error.message));
      log("Signed out. Press the button for a new code.");
    },
    async close() {
      attempt.abort();
      await printing;
    },
  };
}

const nameOf = ({ account: { name, username } }: Session) => (name ? `${name} (${username})` : username);

function codeReceipt(
  { userCode, verificationUri, verificationUriComplete, expiresAt }: PresentedCode,
  now: number,
): Receipt {
  return {
    title: "Sign in to this printer",
    lines: [
      "Scan the QR code with your phone, or open",
      verificationUri,
      `and enter the code. It expires in ${Math.round((expiresAt - now) / 60_000)} minutes.`,
      "Never enter a code that someone sent you.",
    ],
    code: userCode,
    qr: verificationUriComplete ?? verificationUri,
  };
}

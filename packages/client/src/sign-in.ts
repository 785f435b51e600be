import type { Account, Presenter, SignInEvent, SignInOptions } from "./client.ts";
import { abortError, type Clock } from "./clock.ts";
import type { FlowObserver, SignInInput } from "./engines/engine.ts";
import { DoorcodeError } from "./errors.ts";
import type { IssuerSession } from "./issuer/issuer-session.ts";
import { engineOf } from "./issuer/open-session.ts";

/**
 * One sign-in: the engine's device flow, or the flow in a browser, shown to the user, within the time limit, for the
 * expected account.
 */
export async function signIn(
  session: IssuerSession,
  listeners: ReadonlySet<(event: SignInEvent) => void>,
  options: SignInOptions & { scopes: string[]; deviceName: string | undefined },
): Promise<Account> {
  const { clock, clientId, authority } = session;
  const { via = "device", deviceName } = options;
  if (via !== "device" && via !== "browser") {
    throw new DoorcodeError("configuration", {
      detail: 'the option via must be "device" or "browser".',
      hint: 'Omit it for "device", a sign-in with a code.',
    });
  }
  const presenter = await presenterOf(options.present, { clock, deviceName });
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([ending.signal, options.signal]) : ending.signal;
  const over = new AbortController();
  if (options.timeoutMs !== undefined) {
    clock.sleep(options.timeoutMs, over.signal).then(
      async () => ending.abort(new DoorcodeError("timed_out", via === "browser" ? await noAnswer() : {})),
      () => {},
    );
  }

  const show = async (event: SignInEvent): Promise<void> => {
    for (const listener of listeners) listener(event);
    await presenter?.show(event, { clientId, authority });
  };
  let broken: { error: unknown } | undefined;
  /** Not awaited; an error while showing them still ends the sign-in. */
  const tell = (event: SignInEvent) => {
    show(event).catch((error: unknown) => {
      broken ??= { error };
      ending.abort(error);
    });
  };
  const observer: FlowObserver = {
    code: (code) => show({ event: "code", code }),
    async browser(url) {
      await show({ event: "browser", url });
      await open(url, options.openBrowser);
    },
    waiting: (expiresAt) => tell({ event: "waiting", expiresAt }),
    slowed: (interval) => tell({ event: "slowed", interval }),
    retrying: (reason, delay) => tell({ event: "retrying", reason, delay }),
  };

  try {
    if (signal.aborted) throw abortError(signal);
    const engine = await engineOf(session, { observer, signal });
    const input: SignInInput = {
      scopes: options.scopes,
      claims: options.claims,
      observer,
      accept: (account, names) => expect(options.expectAccount, account, names),
      mustBeNamed: options.expectAccount !== undefined,
      signal,
    };
    const { account, accessToken } =
      via === "browser"
        ? await engine.signInByBrowser({ ...input, loginHint: options.expectAccount })
        : await engine.signIn({ ...input, deviceName });
    const { notGranted } = accessToken;
    await show({ event: "signed_in", account, ...(notGranted.length > 0 && { notGranted }) });
    presenter?.end?.("signed_in");
    return account;
  } catch (error) {
    const reason = broken ? broken.error : signal.aborted ? abortError(signal) : error;
    presenter?.end?.(reason instanceof DoorcodeError && reason.code === "cancelled" ? "cancelled" : "failed");
    throw reason;
  } finally {
    over.abort();
  }
}

async function open(url: string, given: SignInOptions["openBrowser"]): Promise<void> {
  if (given === false) return;
  if (given) return await given(url);
  const { openBrowser } = await import("./authorization-code/open-browser.ts");
  await openBrowser(url);
}

async function noAnswer(): Promise<{ hint: string }> {
  const { noAnswerHint } = await import("./authorization-code/flow.ts");
  return { hint: noAnswerHint };
}

function expect(wanted: string | undefined, account: Account, names: readonly string[]): void {
  if (wanted === undefined || names.some((name) => name.toLowerCase() === wanted.toLowerCase())) return;
  throw new DoorcodeError("wrong_account", { detail: `${account.username} signed in, but ${wanted} was expected.` });
}

async function presenterOf(
  present: Presenter | false | undefined,
  { clock, deviceName }: { clock: Clock; deviceName: string | undefined },
): Promise<Presenter | undefined> {
  if (present === false) return undefined;
  if (present) return present;
  // On stderr, which is for people; results go to stdout.
  const { choosePresenter } = await import("./presenters/choose-presenter.ts");
  return choosePresenter({
    stream: process.stderr,
    env: process.env,
    clock,
    ...(deviceName !== undefined && { deviceName }),
  });
}

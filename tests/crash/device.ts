import { count, type Ledger, type SignIn, Violation } from "./ledger.ts";
import { AnswerLost, type Reply, type TenantLife } from "./tenant-life.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** A device's requests to the tenant, and how the responses are recorded in the ledger. */
export interface Device {
  start(email: string): Promise<SignIn>;
  approve(signIn: SignIn): Promise<void>;
  deny(signIn: SignIn): Promise<void>;
  /** The error code, or undefined if tokens were returned. */
  redeem(signIn: SignIn): Promise<string | undefined>;
  /** Presents a refresh token. Returns its successor, or undefined if it was refused. */
  present(token: string): Promise<string | undefined>;
  renew(signIn: SignIn): Promise<void>;
  revoke(signIn: SignIn): Promise<void>;
  addUser(email: string): Promise<void>;
  poll(deviceCode: string): Promise<Reply>;
}

export function device(life: TenantLife, ledger: Ledger, onAnswer: () => void = () => undefined): Device {
  const { clientId } = life;

  /** Counts a response that arrived, or one that was lost. */
  async function asked<T>(what: string, action: Promise<T>): Promise<T> {
    try {
      const answer = await action;
      count(ledger.done, what);
      onAnswer();
      return answer;
    } catch (error) {
      if (error instanceof AnswerLost) count(ledger.lost, what);
      throw error;
    }
  }

  const poll = (deviceCode: string) =>
    life.post("token", { grant_type: DEVICE_GRANT, client_id: clientId, device_code: deviceCode });

  async function present(token: string): Promise<string | undefined> {
    const reply = await life.post("token", {
      grant_type: "refresh_token",
      client_id: clientId,
      refresh_token: token,
    });
    if (reply.status === 200) return String(reply.body.refresh_token);
    expectRefusal(reply, "invalid_grant");
    return undefined;
  }

  async function operated(what: string, request: Parameters<TenantLife["operate"]>[0]): Promise<void> {
    const answer = await asked(what, life.operate(request));
    if (!answer.ok) throw new Violation(`${what} was refused: ${answer.code}`);
  }

  return {
    poll,
    present,

    async start(email) {
      const scope = `api://${life.apiId}/ToDoList.Read openid offline_access`;
      const reply = await asked("devicecode", life.post("devicecode", { client_id: clientId, scope }));
      if (reply.status !== 200) throw new Violation(`devicecode was refused: ${JSON.stringify(reply.body)}`);
      const signIn: SignIn = {
        deviceCode: String(reply.body.device_code),
        userCode: String(reply.body.user_code),
        email,
        approved: "no",
        denied: "no",
        redeemed: "no",
        tokens: [],
        revoked: "no",
        busy: true,
      };
      ledger.open.push(signIn);
      return signIn;
    },

    async approve(signIn) {
      signIn.approved = "maybe";
      await operated("approve", { do: "approve", code: signIn.userCode, as: signIn.email });
      signIn.approved = "yes";
    },

    async deny(signIn) {
      signIn.denied = "maybe";
      await operated("deny", { do: "deny", code: signIn.userCode });
      signIn.denied = "yes";
    },

    async redeem(signIn) {
      if (signIn.redeemed === "no") signIn.redeemed = "maybe";
      const { status, body } = await asked("redeem", poll(signIn.deviceCode));
      if (status !== 200) return String(body.error);
      if (signIn.redeemed === "yes") throw new Violation("a device code was redeemed twice");
      signIn.redeemed = "yes";
      signIn.tokens.push(String(body.refresh_token));
      return undefined;
    },

    async renew(signIn) {
      const generation = signIn.tokens.length;
      const next = await asked("renew", present(signIn.tokens[generation - 1]!));
      if (next === undefined) throw new Violation("the newest refresh token of a sign-in was refused");
      // Two simultaneous renewals with one token get the same successor.
      signIn.tokens[generation] ??= next;
      if (signIn.tokens[generation] !== next) throw new Violation("one refresh token was rotated into two");
    },

    async revoke(signIn) {
      signIn.revoked = "maybe";
      const token = signIn.tokens.at(-1)!;
      const { status, body } = await asked("revoke", life.post("revoke", { client_id: clientId, token }));
      if (status !== 200) throw new Violation(`revoke was refused: ${JSON.stringify(body)}`);
      signIn.revoked = "yes";
    },

    async addUser(email) {
      await operated("add user", { do: "add_user", email, name: null, password: "a long passphrase of ours" });
      ledger.users.push(email);
    },
  };
}

export function expectRefusal({ status, body }: Reply, ...errors: string[]): void {
  if (status === 400 && errors.includes(String(body.error))) return;
  throw new Violation(`expected ${errors.join(" or ")}, got ${status} ${JSON.stringify(body).slice(0, 300)}`);
}

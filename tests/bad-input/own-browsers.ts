import { randomUUID } from "node:crypto";
import type { User } from "../../packages/tenant/src/directory/entities.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { authorizationQuery, program } from "../../packages/tenant/test/fixtures/program.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import type { TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { sampleApp, samplePasskey } from "../../packages/tenant/test/storage/samples.ts";
import { AuthenticatorApp } from "../fixtures/authenticator-app.ts";
import { poll, requestCode } from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";

const PASSWORD = "seven slow herons";
const HOUR = 3_600_000;
/** After this many requests the browser has left its page. */
const FORMS_EACH = 25;

/** A browser in the middle of an interaction, which it reached through the real pages. */
export interface OwnBrowser {
  cookie: string;
  /** Hidden values in the forms of its page: token, interaction, digest of the displayed content, passkey. */
  hidden: Record<string, string>;
  /** Only a secret that the person knows may sign it in. */
  closed: boolean;
}

let passwordHash: Promise<string> | undefined;

/** The places where our browsers can be, and how they get there. Each creates its own person. */
const places = {
  sign_in: { closed: true, go: async (at: At) => at.toSignIn() },
  sign_in_code: {
    closed: true,
    async go(at: At) {
      const form = (await at.toSignIn()).forms().find(({ action }) => action === "/sign-in");
      return at.person.post("/sign-in/code/send", { ...form?.fields, email: at.user.email });
    },
  },
  reset_code: { closed: true, go: async (at: At) => at.toReset() },
  reset_password: {
    closed: true,
    go: async (at: At) => (await at.toReset()).submit("/reset/code", { code: await at.mailedCode() }),
  },
  sign_up_code: { closed: true, go: async (at: At) => at.toSignUp() },
  sign_up_password: { closed: false, go: async (at: At) => at.toSignUpPassword() },
  sign_up_details: {
    closed: false,
    go: async (at: At) => (await at.toSignUpPassword()).submit("/sign-up/password", { password: PASSWORD }),
  },
  second_factor_app: {
    closed: true,
    async go(at: At) {
      await at.enrolApp();
      at.person = new Person(at.tenant);
      return (await at.toSignIn()).signIn(at.user.email, PASSWORD);
    },
  },
  confirm: { closed: false, go: async (at: At) => (await at.toSignIn()).signIn(at.user.email, PASSWORD) },
  consent: {
    closed: false,
    async go(at: At) {
      const app = sampleApp();
      await seed(at.tenant.context.store).putApp(app);
      await at.person.open(`/authorize?${authorizationQuery(program(app.clientId))}`);
      return at.person.signIn(at.user.email, PASSWORD);
    },
  },
  account: {
    closed: false,
    async go(at: At) {
      const passkey = samplePasskey(at.user.id);
      await at.tenant.context.store.passkeys.insert(passkey, 0);
      await (await at.toAccountSignIn()).signIn(at.user.email, PASSWORD);
      return at.person.open(`/me/passkeys?id=${passkey.credentialId}`);
    },
  },
  account_second_factor: { closed: false, go: async (at: At) => at.toAccountSecondFactor("/me/passkeys/new") },
  adding_a_passkey: {
    closed: false,
    async go(at: At) {
      await at.proveBy("/me/passkeys/new");
      await at.person.open("/me");
      return at.person.submit("/me/passkeys/new");
    },
  },
  setting_up_an_app: { closed: false, go: async (at: At) => at.proveBy("/me/authenticator", { answer: "add" }) },
  recovery_codes: {
    closed: false,
    async go(at: At) {
      await at.enrolApp();
      return at.person.open("/me/recovery-codes");
    },
  },
  own_device: { closed: false, go: async (at: At) => at.toOwnDevice() },
  own_email: {
    closed: false,
    async go(at: At) {
      await at.proveBy("/me/email", { email: `next-${at.user.email}` });
      return at.person.open("/me/email");
    },
  },
  own_email_code: {
    closed: false,
    async go(at: At) {
      const email = `next-${at.user.email}`;
      await at.proveBy("/me/email", { email });
      await at.person.open("/me/email");
      return at.person.submit("/me/email", { email });
    },
  },
};

export type Place = keyof typeof places;
export const allPlaces = Object.keys(places) as Place[];

/** One person, on the way to a place. */
class At {
  readonly tenant: TestTenant;
  readonly user: User;
  person: Person;

  constructor(tenant: TestTenant, user: User) {
    this.tenant = tenant;
    this.user = user;
    this.person = new Person(tenant);
  }

  async toSignIn(): Promise<Person> {
    const { body } = await requestCode(this.tenant);
    return this.person.enterCode(body.user_code);
  }

  async toReset(): Promise<Person> {
    await this.toSignIn();
    await this.person.open(this.person.path.replace("/sign-in", "/reset"));
    return this.person.submit("/reset", { email: this.user.email });
  }

  async toSignUp(): Promise<Person> {
    await this.toSignIn();
    await this.person.open(this.person.path.replace("/sign-in", "/sign-up"));
    return this.person.submit("/sign-up", { email: `new-${this.user.email}` });
  }

  async toSignUpPassword(): Promise<Person> {
    await this.toSignUp();
    return this.person.submit("/sign-up/code", { code: await this.person.mailedCode(`new-${this.user.email}`) });
  }

  async toAccountSignIn(): Promise<Person> {
    await this.person.open("/me");
    return this.person.submit("/me/sign-in-again");
  }

  /** Before a factor changes, a user who signed in with only a password must enter an emailed code. */
  async toAccountSecondFactor(change: string, fields: Record<string, string> = {}): Promise<Person> {
    await (await this.toAccountSignIn()).signIn(this.user.email, PASSWORD);
    await this.person.open(change === "/me/passkeys/new" ? "/me" : change);
    await this.person.submit(change, fields);
    return this.person.submit("/second-factor/email/send");
  }

  async proveBy(change: string, fields: Record<string, string> = {}): Promise<Person> {
    await this.toAccountSecondFactor(change, fields);
    return this.person.submit("/second-factor/email", { code: await this.mailedCode() });
  }

  /** The page of a device that this user signed in, after a mailed code. */
  async toOwnDevice(): Promise<Person> {
    const { body: code } = await requestCode(this.tenant);
    await this.tenant.approve(code.user_code, { as: this.user.email });
    await poll(this.tenant, code.device_code);
    await this.proveBy("/me/email", { email: `next-${this.user.email}` });
    await this.person.open("/me/devices");
    const device = /href="([^"]*device\?id=[^"]*)"/.exec(this.person.html)?.[1] ?? "";
    return this.person.open(device);
  }

  async enrolApp(): Promise<void> {
    await this.proveBy("/me/authenticator", { answer: "add" });
    const secret = /<span class="mono">([A-Z2-7 ]+)<\/span>/.exec(this.person.html)?.[1]?.replaceAll(" ", "") ?? "";
    const code = new AuthenticatorApp(this.tenant, secret).code();
    await this.person.submit("/second-factor/set-up", { code });
  }

  mailedCode(): Promise<string> {
    return this.person.mailedCode(this.user.email);
  }
}

/** Browsers at every place, created on demand and replaced when they are used up. */
export class OwnBrowsers {
  readonly #tenant: TestTenant;
  readonly #standing = new Map<Place, { browser: OwnBrowser; forms: number; since: number }>();

  constructor(tenant: TestTenant) {
    this.#tenant = tenant;
  }

  async at(place: Place): Promise<OwnBrowser> {
    const found = this.#standing.get(place);
    if (found && found.forms < FORMS_EACH && found.since === this.#tenant.clock.now()) {
      found.forms++;
      return found.browser;
    }
    const browser = await this.#make(place);
    this.#standing.set(place, { browser, forms: 1, since: this.#tenant.clock.now() });
    return browser;
  }

  /** Drops the browser, because its session has changed. */
  leave(place: Place): void {
    this.#standing.delete(place);
  }

  async #make(place: Place): Promise<OwnBrowser> {
    try {
      return await this.#walk(place);
    } catch {
      // Earlier requests may have used up a rate limit, for this address or for all. After a day, all limits are reset.
      this.#tenant.clock.advance(24 * HOUR);
      return this.#walk(place);
    }
  }

  async #walk(place: Place): Promise<OwnBrowser> {
    passwordHash ??= hashPassword(PASSWORD);
    const email = `${randomUUID()}@contoso.example`;
    const hash = await passwordHash;
    const user = await createUser(this.#tenant.context, { email, displayName: "Ada", passwordHash: hash });
    if (user === "taken") throw new Error(`${email} is taken`);
    const { closed, go } = places[place];
    const person = await go(new At(this.#tenant, user));
    const forms = person.forms();
    if (person.status !== 200 || forms.length === 0) {
      throw new Error(`no way to ${place}: ${person.status} “${person.heading}” (${person.path})`);
    }
    const hidden: Record<string, string> = Object.assign({}, ...forms.map(({ fields }) => fields));
    const flow = new URLSearchParams(person.path.split("?")[1]).get("flow");
    return { cookie: person.cookie(), hidden: { ...(flow === null ? {} : { flow }), ...hidden }, closed };
  }
}

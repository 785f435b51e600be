import type { Activity } from "@doorcode/tenant/operator";

interface Refused {
  /** As a key of the tenant file, in YAML. */
  app: string;
  /** As a shell reads it. */
  clientId: string;
  /** In YAML. */
  user: string;
  /** As a shell reads it. */
  userArgument: string;
  message: string;
}

/** A command to run, or lines for the tenant file. `api`: they name an API, whose key is not known here. */
type Mend = { run: string } | { yaml: string[]; api?: true } | { say: string };

const signInMethod = (): Mend => ({ yaml: ["userFlows:", "  NAME:", "    signIn: [password, email_code, passkey]"] });
const administrator = (): Mend => ({
  run: "doorcode tenant users add EMAIL --administrator    # and sign in as that user",
});
const secondFactor = (): Mend => ({
  say: "Sign in again in a browser, with a second factor. App, user flow or a policy requires it",
});
const details = (): Mend => ({ say: "Sign in again in a browser, which asks for what the user flow requires" });
const addSecret = ({ clientId }: Refused): Mend => ({ run: `doorcode tenant apps add-secret ${clientId}` });

/**
 * What would mend a refusal, by its stable name: of an error of the protocol, or of the access rule. Only what the
 * operator can change: a program that sends a wrong request is mended by its developer, whom the sentence of the refusal
 * informs.
 */
export const mends: Record<string, (refused: Refused) => Mend | undefined> = {
  fault: () => ({ run: "doorcode tenant fault clear    # or let it apply" }),
  app_unknown: () => ({ run: "doorcode tenant apps" }),
  secret_missing: ({ app }) => ({ yaml: ["apps:", `  ${app}:`, "    publicClient: true"] }),
  secret_wrong: addSecret,
  secret_expired: addSecret,
  grant_not_allowed: ({ app }) => ({
    yaml: ["apps:", `  ${app}:`, "    grantTypes: [device_code, authorization_code, refresh_token]"],
  }),
  admin_consent: permissions,
  consent_required: permissions,
  scope_invalid({ message }) {
    const [, name, api] = / ([\w.-]+) is not a scope of (\S+?)\.?$/.exec(message) ?? [];
    if (name === undefined || api === undefined || !api.startsWith("api://")) return undefined;
    const scope = `      ${inYaml(name)}: { displayName: What it permits }`;
    return { yaml: ["apis:", "  API:", "    scopes:", scope], api: true };
  },
  scope_unavailable: () => ({ run: "doorcode tenant export    # its apis and scopes are the ones that exist" }),
  resource_unknown: () => ({ run: "doorcode tenant export    # its apis are the ones that exist" }),
  not_assigned: ({ app, user }) => ({ yaml: ["apps:", `  ${app}:`, `    assignedTo: [${user}]`] }),
  user_disabled: ({ userArgument }) => ({ run: `doorcode tenant users enable ${userArgument}` }),
  administrator_needed: administrator,
  administrator_required: administrator,
  administration_not_allowed: ({ clientId }) => ({ run: `doorcode tenant apps allow-administration ${clientId}` }),
  administration_by_device_code: ({ clientId }) => ({
    run: `doorcode tenant apps allow-administration ${clientId} --by-device-code`,
  }),
  redirect_unregistered: () => ({ say: "The page in the browser shows the lines for the tenant file" }),
  sign_in_method: signInMethod,
  sign_in_method_required: signInMethod,
  mfa_required: secondFactor,
  second_factor_required: secondFactor,
  details_required: details,
  code_expired: () => ({ say: "Start the sign-in on the device again: a code lasts 15 minutes" }),
  password_limit: () => ({
    say: "It ends by itself. On the user's page in the console you can let them try again now",
  }),
  user_code_unknown: () => ({ say: "Compare it with the code that the device shows" }),
};

/** Lines below a refusal. Empty if the operator cannot mend it. */
export function mendOf(activity: Activity, file = "doorcode.tenant.yaml"): string[] {
  const { app_key: app, user, client_id: clientId, detail } = activity;
  const name = String(detail.why);
  const mend = Object.hasOwn(mends, name)
    ? mends[name]?.({
        app: app === null ? "KEY" : inYaml(app),
        clientId: inShell(clientId, "CLIENT_ID"),
        user: user === null ? "EMAIL" : inYaml(user),
        userArgument: inShell(user, "EMAIL"),
        message: String(detail.message ?? ""),
      })
    : undefined;
  if (mend === undefined) return [];
  if ("say" in mend) return [`${mend.say}.`];
  if ("run" in mend) return [`Run: ${mend.run}`];
  const where = mend.api ? `Add to ${file}, with the API's key for API:` : `Add to ${file}:`;
  return [where, ...mend.yaml.map((line) => `  ${line}`)];
}

/** `An administrator must first consent to ciam-ToDoList-api/ToDoList.Read.` Undefined without the scopes. */
function permissions({ app, message }: Refused): Mend | undefined {
  const [, missing] = /consent to (.+?)\.?$/.exec(message) ?? [];
  if (missing === undefined) return undefined;
  const lines = missing.split(", ").map((scope) => `      - ${inYaml(`API/${scope}`)}`);
  return { yaml: ["apps:", `  ${app}:`, "    permissions:", ...lines], api: true };
}

/** YAML would read these as other values. */
const OTHER_VALUE = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** A scalar of YAML, in quotes unless it is plainly a text. */
function inYaml(text: string): string {
  return /^[A-Za-z][\w.@/-]*$/.test(text) && !OTHER_VALUE.test(text) ? text : JSON.stringify(text);
}

/**
 * An argument that bash, zsh, fish and PowerShell read as this text. An email address is a stranger's, and may contain
 * what a shell would run. A placeholder is in place of what these shells quote differently.
 */
function inShell(text: string | null, placeholder: string): string {
  if (text === null || text.startsWith("-") || !/^[ -~]+$/.test(text) || /['\\]/.test(text)) return placeholder;
  return /^\w[\w.@+-]*$/.test(text) ? text : `'${text}'`;
}

import type { Activity } from "@doorcode/tenant/operator";

interface Refused {
  /** As a key of the tenant file. */
  app: string;
  clientId: string;
  user: string;
  message: string;
}

/** A command to run, or lines for the tenant file. `api`: they name an API, whose key is not known here. */
type Mend = { run: string } | { yaml: string[]; api?: true } | { say: string };

/**
 * What would mend a refusal, by its stable name. Only what the operator can change: a program that sends a wrong request
 * is mended by its developer, whom the sentence of the refusal informs.
 */
const mends: Record<string, (refused: Refused) => Mend | undefined> = {
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
    return { yaml: ["apis:", "  API:", "    scopes:", `      ${name}: { displayName: What it permits }`], api: true };
  },
  resource_unknown: () => ({ run: "doorcode tenant export    # its apis are the ones that exist" }),
  not_assigned: ({ app, user }) => ({ yaml: ["apps:", `  ${app}:`, `    assignedTo: [${user}]`] }),
  user_disabled: ({ user }) => ({ run: `doorcode tenant users enable ${user}` }),
  administrator_needed: administrator,
  administrator_required: administrator,
  administration_not_allowed: ({ clientId }) => ({ run: `doorcode tenant apps allow-administration ${clientId}` }),
  administration_by_device_code: ({ clientId }) => ({
    run: `doorcode tenant apps allow-administration ${clientId} --by-device-code`,
  }),
  redirect_unregistered: () => ({ say: "The page in the browser shows the lines for the tenant file" }),
  sign_in_method: () => ({ yaml: ["userFlows:", "  NAME:", "    signIn: [password, email_code, passkey]"] }),
  code_expired: () => ({ say: "Start the sign-in on the device again: a code lasts 15 minutes" }),
  user_code_unknown: () => ({ say: "Compare it with the code that the device shows" }),
};

/** Lines below a refusal. Empty if the operator cannot mend it. */
export function mendOf(activity: Activity, file = "doorcode.tenant.yaml"): string[] {
  const { app_key: app, user, client_id: clientId, detail } = activity;
  const name = String(detail.why);
  const mend = Object.hasOwn(mends, name)
    ? mends[name]?.({
        app: app === null ? "KEY" : quoted(app),
        clientId: clientId ?? "CLIENT_ID",
        user: user ?? "EMAIL",
        message: String(detail.message ?? ""),
      })
    : undefined;
  if (mend === undefined) return [];
  if ("say" in mend) return [`${mend.say}.`];
  if ("run" in mend) return [`Run: ${mend.run}`];
  const where = mend.api ? `Add to ${file}, with the API's key for API:` : `Add to ${file}:`;
  return [where, ...mend.yaml.map((line) => `  ${line}`)];
}

function addSecret({ clientId }: Refused): Mend {
  return { run: `doorcode tenant apps add-secret ${clientId}` };
}

function administrator(): Mend {
  return { run: "doorcode tenant users add EMAIL --administrator    # and sign in as that user" };
}

/** `An administrator must first consent to ciam-ToDoList-api/ToDoList.Read.` */
function permissions({ app, message }: Refused): Mend {
  const [, missing] = /consent to (.+?)\.?$/.exec(message) ?? [];
  const scopes = missing === undefined ? ["SCOPE"] : missing.split(", ");
  return {
    yaml: ["apps:", `  ${app}:`, "    permissions:", ...scopes.map((scope) => `      - API/${scope}`)],
    api: true,
  };
}

/** YAML would read some names as other values. */
const quoted = (key: string): string => (/^[A-Za-z][\w.-]*$/.test(key) ? key : JSON.stringify(key));

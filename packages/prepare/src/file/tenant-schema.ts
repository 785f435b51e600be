import { z } from "zod";
import { jsonSchemaOf } from "./form.ts";
import {
  ADMINISTRATIVE_SCOPES,
  BUILT_IN_ATTRIBUTES,
  GRANT_TYPES,
  GRAPH_PERMISSIONS,
  LIFETIMES,
  type Lifetime,
  SIGNING_ALGORITHMS,
} from "./known-values.ts";
import {
  colour,
  domain,
  email,
  identifierUri,
  languageTag,
  ownAttribute,
  permissionName,
  redirectUri,
  regularExpression,
  signedOutUri,
  text,
  uniqueName,
  variable,
  webAddress,
} from "./scalars.ts";

/**
 * The single definition of `doorcode.tenant.yaml`: what is read, what an editor completes (tenant.schema.json), and the
 * defaults that do not depend on a key (to-model.ts has those that do).
 */

const SIGN_IN_METHODS = ["password", "email_code", "passkey"] as const;

/** Maximum length in code points of an answer, a label or an option, as in Entra. */
const MAX_ANSWER = 250;

/** Maximum length of the name of an app, API, group or policy, as in Entra and in Graph of the embedded tenant. */
const MAX_NAME = 256;

/** Of a user flow's name, which is also the key of its entry. */
const MAX_FLOW_NAME = 250;

/** A list that may be left empty (`members:` and nothing after it). */
const list = <T extends z.ZodType>(item: T) => z.array(item).nullable().default([]);

/** A map with the file's own names that may be left empty. */
const named = <T extends z.ZodType>(key: z.ZodString, entry: T) => z.record(key, entry).nullable().default({});

const reference = (examples: string[]) => z.string().meta({ examples });

const displayName = () => text(MAX_NAME).optional().describe("The name that users read. Default: the key.");
const description = () => text(1024, { lines: true }).optional();
const groupClaims = (whose: string) =>
  z.boolean().default(false).describe(`${whose} list the user's groups (object IDs). Default: false.`);
const assignedTo = () =>
  list(reference(["staff", "ada@contoso.example"])).describe(
    "Keys of groups, or email addresses of users, in this file.",
  );

const app = z
  .strictObject({
    displayName: displayName(),
    publicClient: z
      .boolean()
      .default(true)
      .describe('"Allow public client flows", which a program without a browser needs. Default: true.'),
    redirectUris: list(redirectUri())
      .describe(
        "Where a browser returns to: https, http on loopback (any port), or an app's own scheme. Not needed for device codes.",
      )
      .meta({ examples: [["http://localhost"]] }),
    postLogoutRedirectUris: list(signedOutUri()).describe("Where a browser is sent after signing out."),
    permissions: z
      .array(
        z.string().meta({
          anyOf: [{ enum: GRAPH_PERMISSIONS }, { pattern: "^[A-Za-z0-9._-]+/.+$" }],
          examples: ["ciam-ToDoList-api/ToDoList.Read"],
        }),
      )
      .nullable()
      .default(["openid", "offline_access"])
      .describe(
        "What the app may request: openid, offline_access, profile, email, User.Read, or <key of an API>/<scope>. Default: openid and offline_access.",
      ),
    adminConsent: z
      .boolean()
      .default(true)
      .describe(
        "Whether the administrator consents to the permissions for all users; customers cannot consent. Default: true.",
      ),
    assignmentRequired: z
      .boolean()
      .default(false)
      .describe("Whether only the users and groups in assignedTo get tokens. Default: false."),
    assignedTo: assignedTo(),
    groupClaims: groupClaims("Its ID tokens"),
    idTokenSignedResponseAlg: z
      .enum(SIGNING_ALGORITHMS)
      .default("RS256")
      .describe("What signs its ID tokens; another than RS256: embedded tenant only. Default: RS256."),
    grantTypes: z
      .array(z.enum(GRANT_TYPES))
      .optional()
      .describe(
        "How the app may get tokens; embedded tenant only. Default: unchanged; a new app gets all, but device codes only if publicClient is true.",
      )
      .meta({ examples: [["authorization_code", "refresh_token"]] }),
    administrativeScopes: z
      .array(z.enum(ADMINISTRATIVE_SCOPES))
      .optional()
      .describe(
        "The administrative scopes of Microsoft Graph that the app may request; embedded tenant only. Default: unchanged; a new app gets none.",
      ),
  })
  .meta({ title: "App", description: "A program that signs users in. The key is its permanent name (uniqueName)." })
  .nullable();

const scope = z
  .strictObject({
    displayName: text(120).describe("What users read when they consent: Read your to-do lists."),
    displayNames: named(languageTag(), text(100))
      .describe("The same in other languages, by language tag; embedded tenant only.")
      .meta({ examples: [{ de: "Ihre Aufgabenlisten lesen" }] }),
    description: description().describe("A longer explanation. Default: the display name."),
    consent: z
      .enum(["admin", "user"])
      .default("admin")
      .describe("Who can consent: only an administrator, or every user. Default: admin."),
    enabled: z.boolean().default(true).describe("Whether it can be requested. Default: true."),
  })
  .meta({ title: "Scope", description: "What an app may do at this API on the user's behalf." });

const role = z
  .strictObject({
    displayName: text(120).describe("The name that administrators read."),
    description: description().describe("A longer explanation. Default: the display name."),
    assignedTo: assignedTo(),
  })
  .meta({ title: "App role", description: "An app role: what its holders may do at this API (the roles claim)." });

const api = z
  .strictObject({
    displayName: displayName(),
    identifierUri: identifierUri()
      .optional()
      .describe("The prefix of the API's scopes. Default: api://<client ID>.")
      .meta({ examples: ["api://todolist"] }),
    tokenProfile: z
      .enum(["entra", "rfc9068"])
      .default("entra")
      .describe("The form of its access tokens; rfc9068: embedded tenant only. Default: entra."),
    accessTokenSigningAlg: z
      .enum(SIGNING_ALGORITHMS)
      .default("RS256")
      .describe("What signs its access tokens; another than RS256 only with tokenProfile: rfc9068. Default: RS256."),
    groupClaims: groupClaims("Its access tokens"),
    scopes: named(permissionName(), scope).describe("Scopes by their value (the scp claim)."),
    roles: named(permissionName(), role).describe("App roles by their value (the roles claim)."),
  })
  .meta({ title: "API", description: "A protected web API. The key is its permanent name (uniqueName)." })
  .nullable();

const option = z.union([
  text(MAX_ANSWER).describe("Both value and label."),
  z
    .strictObject({
      value: text(MAX_ANSWER).describe("The value that is stored."),
      label: text(MAX_ANSWER).optional().describe("The text that users read. Default: the value."),
    })
    .meta({ title: "Option" }),
]);

const attribute = z.union([
  z.enum(BUILT_IN_ATTRIBUTES).describe("A built-in attribute, with a text box."),
  z
    .strictObject({
      attribute: ownAttribute()
        .describe("A built-in attribute, or a custom name (loyaltyNumber).")
        .meta({ examples: [...BUILT_IN_ATTRIBUTES, "loyaltyNumber"] }),
      label: text(MAX_ANSWER)
        .optional()
        .describe(
          "The text that users read. Required for a custom attribute; built-in ones have labels in every language.",
        ),
      input: z
        .enum(["TextBox", "RadioSingleSelect", "CheckboxMultiSelect", "CheckboxSingleSelect", "NumericTextBox"])
        .default("TextBox")
        .describe("How the question is asked. Default: TextBox."),
      required: z.boolean().default(false).describe("Whether users must answer. Default: false."),
      options: list(option).describe("The choices, for RadioSingleSelect and CheckboxMultiSelect."),
      pattern: regularExpression()
        .optional()
        .describe("A regular expression that the whole answer of a TextBox must match.")
        .meta({ examples: ["[0-9]{6}"] }),
    })
    .meta({ title: "Attribute" }),
]);

const userFlow = z
  .strictObject({
    signIn: z
      .array(z.enum(SIGN_IN_METHODS))
      .nullable()
      .default(["password"])
      .describe("How users prove who they are; passkey: embedded tenant only. Default: password."),
    signUp: z.boolean().default(true).describe("Whether users may create an account. Default: true."),
    mfa: z
      // YAML 1.1 reads a bare `off` as false, and an editor may still do so.
      .literal(["off", "required", false])
      .default("off")
      .describe("Whether the user flow's apps require a second factor. Default: off."),
    attributes: list(attribute).describe("What sign-up asks in addition to the email address, in this order."),
    termsOfUse: z
      .strictObject({
        label: text(MAX_ANSWER).describe("What users accept with a required checkbox."),
        url: webAddress()
          .optional()
          .describe("Where the terms can be read.")
          .meta({ examples: ["https://contoso.example/terms"] }),
      })
      .optional()
      .meta({ title: "Terms of use", description: "Terms that users must accept at sign-up." }),
    apps: list(reference(["ciam-client-app"])).describe("Keys of the apps that use it; an app has one user flow."),
  })
  .meta({ title: "User flow", description: "How users sign in and sign up. The key is its permanent name." })
  .nullable();

const group = z
  .strictObject({
    displayName: displayName(),
    description: description().describe("What the group is for."),
    members: list(reference(["ada@contoso.example"])).describe("Email addresses of users in this file."),
  })
  .meta({ title: "Group", description: "A group of users. The key is its permanent name (uniqueName)." })
  .nullable();

const allOr = (what: string, example: string) =>
  z
    .union([z.literal("all"), z.array(z.string()).meta({ examples: [[example]] })])
    .default("all")
    .describe(`all, or keys of ${what} in this file. Default: all.`);

const policy = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether the policy applies. Default: true."),
    require: z.enum(["mfa"]).describe("What the policy requires: mfa, a second factor."),
    apps: allOr("apps", "ciam-client-app"),
    groups: allOr("groups", "staff"),
    except: list(reference(["ada@contoso.example"])).describe(
      "Email addresses of users in this file that the policy excludes.",
    ),
  })
  .meta({ title: "Policy", description: "A requirement for getting tokens (Entra: Conditional Access)." });

const user = z
  .strictObject({
    name: text(100).optional().describe("Display name. Default: the address up to the @."),
    administrator: z
      .boolean()
      .default(false)
      .describe("Whether the user may change the tenant through Microsoft Graph. Default: false."),
    passwordFrom: variable()
      .optional()
      .describe(
        "The environment variable with the password; never the password itself. Default: a random password, to be reset by mail.",
      )
      .meta({ examples: ["ADA_PASSWORD"] }),
  })
  .meta({ title: "User", description: "A test user; embedded tenant only. The key is the email address." })
  .nullable();

const lifetime = (name: Lifetime, what: string) => {
  const { usual, most } = LIFETIMES[name];
  const wrong = `must be a whole number from 1 to ${most}`;
  return z
    .int({ error: wrong })
    .min(1, { error: wrong })
    .max(most, { error: wrong })
    .optional()
    .describe(`${what} In a new tenant: ${usual}.`);
};

const lifetimes = z
  .strictObject({
    signInDays: lifetime("signInDays", "Days after which a program's user must sign in again, even if it renews."),
    signInIdleDays: lifetime("signInIdleDays", "Days without a renewal after which a program's sign-in ends."),
    sessionHours: lifetime("sessionHours", "Hours after which a browser is signed out."),
    sessionIdleHours: lifetime("sessionIdleHours", "Hours without use after which a browser is signed out."),
    keptSessionDays: lifetime("keptSessionDays", 'The same with "Keep me signed in", in days.'),
    keptSessionIdleDays: lifetime("keptSessionIdleDays", 'Without use, with "Keep me signed in", in days.'),
  })
  .meta({ title: "Lifetimes", description: "How long sign-ins last; embedded tenant only." });

const tenant = z
  .strictObject({
    name: text(100).optional().describe("The name that users read on the pages: Contoso."),
    domain: domain()
      .optional()
      .describe("The domain of the tenant; on Entra, the domain of new accounts. Your own tenant cannot change it.")
      .meta({ examples: ["contoso.onmicrosoft.com"] }),
    colour: colour()
      .optional()
      .describe("The color of the pages, #rgb or #rrggbb. Use quotes: otherwise # begins a comment.")
      .meta({ examples: ["#0b6e4f"] }),
    signUp: z
      .boolean()
      .optional()
      .describe("false: users cannot create accounts, whatever user flows allow; embedded tenant only."),
    accountUserFlow: text(MAX_FLOW_NAME)
      .optional()
      .describe("The account page's user flow, by its name in userFlows; embedded tenant only."),
    lifetimes: lifetimes.optional(),
  })
  .meta({ title: "Tenant", description: "The tenant itself. Omitted settings remain unchanged." })
  .nullable()
  .default({});

export const tenantSchema = z
  .strictObject({
    tenant,
    apps: named(uniqueName(), app).describe("Programs that sign users in, by key."),
    apis: named(uniqueName(), api).describe("Protected web APIs, by key."),
    userFlows: named(text(MAX_FLOW_NAME) as z.ZodString, userFlow).describe("How users sign in and sign up, by name."),
    groups: named(uniqueName(), group).describe("Groups of users, by key."),
    policies: named(text(MAX_NAME) as z.ZodString, policy).describe("Who needs a second factor, by name."),
    users: named(email(), user).describe("Test users by email address; embedded tenant only."),
  })
  .meta({
    title: "Tenant file",
    description: "A tenant in one file, applied by `doorcode prepare` and served by `doorcode tenant start --file`.",
  });

export type ParsedTenant = z.output<typeof tenantSchema>;

/**
 * Returns the JSON Schema of the file (draft 7, which editors' YAML extensions support best), as in tenant.schema.json.
 * @example
 * ```ts
 * import { tenantFileSchema } from "@doorcode/prepare";
 *
 * console.log(JSON.stringify(tenantFileSchema(), null, 2));
 * ```
 */
export function tenantFileSchema(): object {
  return jsonSchemaOf(tenantSchema);
}

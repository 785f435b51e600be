import { z } from "zod";
import {
  ADMINISTRATIVE_SCOPES,
  BUILT_IN_ATTRIBUTES,
  GRANT_TYPES,
  GRAPH_PERMISSIONS,
  LIFETIMES,
  type Lifetime,
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
 * The one definition of `doorcode.tenant.yaml`: what is read, what an editor completes (tenant.schema.json), and the
 * defaults that do not depend on a key (to-model.ts has those that do).
 */

const SIGN_IN_METHODS = ["password", "email_code", "passkey"] as const;

/** Code points of one answer, label or option, as Entra has it. */
const MAX_ANSWER = 250;

/** A list that may be left empty (`members:` and nothing after it). */
const list = <T extends z.ZodType>(item: T) => z.array(item).nullable().default([]);

/** A map by names of its own that may be left empty. */
const named = <T extends z.ZodType>(key: z.ZodString, entry: T) => z.record(key, entry).nullable().default({});

const reference = (examples: string[]) => z.string().meta({ examples });

const displayName = (max: number) => text(max).optional().describe("What people read. Default: the key.");
const description = () => text(1024, { lines: true }).optional();
const groupClaims = (whose: string) =>
  z.boolean().default(false).describe(`${whose} list the groups of the person (object IDs). Default: false.`);
const assignedTo = () =>
  list(reference(["staff", "ada@contoso.example"])).describe(
    "Keys of groups, or email addresses of users, of this file.",
  );

const app = z
  .strictObject({
    displayName: displayName(120),
    publicClient: z
      .boolean()
      .default(true)
      .describe('"Allow public client flows", which a program without a browser needs. Default: true.'),
    redirectUris: list(redirectUri())
      .describe(
        "Where a browser is sent back to. https, http on loopback (any port), or an app's own scheme. None is needed for device codes.",
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
        "What the app may ask for: openid, offline_access, profile, email, User.Read, or <key of an API>/<scope>. Default: openid and offline_access.",
      ),
    adminConsent: z
      .boolean()
      .default(true)
      .describe("The administrator consents to the permissions for everybody; customers cannot. Default: true."),
    assignmentRequired: z
      .boolean()
      .default(false)
      .describe("Only people in assignedTo, or in a group that is, get tokens. Default: false."),
    assignedTo: assignedTo(),
    groupClaims: groupClaims("Its ID tokens"),
    grantTypes: z
      .array(z.enum(GRANT_TYPES))
      .optional()
      .describe(
        "How it gets tokens; the embedded tenant's only. Default: as it is there; a new app gets all, device codes only where publicClient is true.",
      )
      .meta({ examples: [["authorization_code", "refresh_token"]] }),
    administrativeScopes: z
      .array(z.enum(ADMINISTRATIVE_SCOPES))
      .optional()
      .describe(
        "The administrative scopes of Microsoft Graph that it may ask administrators for; the embedded tenant's only. Default: as it is there; a new app gets none.",
      ),
  })
  .meta({ title: "App", description: "A program that signs people in. The key is its name for good (uniqueName)." })
  .nullable();

const scope = z
  .strictObject({
    displayName: text(120).describe("What people read when they allow it: Read your to-do lists."),
    displayNames: named(languageTag(), text(100))
      .describe("The same in other languages, by language tag; the embedded tenant's only.")
      .meta({ examples: [{ de: "Ihre Aufgabenlisten lesen" }] }),
    description: description().describe("What it allows, at more length. Default: the display name."),
    consent: z
      .enum(["admin", "user"])
      .default("admin")
      .describe("Who can allow it: only an administrator, or every user. Default: admin."),
    enabled: z.boolean().default(true).describe("Whether it can be asked for. Default: true."),
  })
  .meta({ title: "Scope", description: "What an app may do at this API in the name of the person." });

const role = z
  .strictObject({
    displayName: text(120).describe("What administrators read."),
    description: description().describe("What it allows, at more length. Default: the display name."),
    assignedTo: assignedTo(),
  })
  .meta({ title: "App role", description: "An app role: what its holders may do at this API (the roles claim)." });

const api = z
  .strictObject({
    displayName: displayName(120),
    identifierUri: identifierUri()
      .optional()
      .describe("What programs put before a scope. Default: api://<client ID>.")
      .meta({ examples: ["api://todolist"] }),
    tokenProfile: z
      .enum(["entra", "rfc9068"])
      .default("entra")
      .describe("The form of its access tokens; rfc9068 is the embedded tenant's only. Default: entra."),
    groupClaims: groupClaims("Its access tokens"),
    scopes: named(permissionName(), scope).describe("Scopes by their value (the scp claim)."),
    roles: named(permissionName(), role).describe("App roles by their value (the roles claim)."),
  })
  .meta({ title: "API", description: "A protected web API. The key is its name for good (uniqueName)." })
  .nullable();

const option = z.union([
  text(MAX_ANSWER).describe("Value and label in one."),
  z
    .strictObject({
      value: text(MAX_ANSWER).describe("What is kept."),
      label: text(MAX_ANSWER).optional().describe("What people read. Default: the value."),
    })
    .meta({ title: "Option" }),
]);

const attribute = z.union([
  z.enum(BUILT_IN_ATTRIBUTES).describe("A built-in attribute, asked for in a text box."),
  z
    .strictObject({
      attribute: ownAttribute()
        .describe("Built in, or a name of its own (loyaltyNumber).")
        .meta({ examples: [...BUILT_IN_ATTRIBUTES, "loyaltyNumber"] }),
      label: text(MAX_ANSWER)
        .optional()
        .describe("What people read. An attribute of its own needs one; a built-in one has words in every language."),
      input: z
        .enum(["TextBox", "RadioSingleSelect", "CheckboxMultiSelect", "CheckboxSingleSelect", "NumericTextBox"])
        .default("TextBox")
        .describe("How it is asked. Default: TextBox."),
      required: z.boolean().default(false).describe("An answer has to be given. Default: false."),
      options: list(option).describe("What can be chosen, for RadioSingleSelect and CheckboxMultiSelect."),
      pattern: regularExpression()
        .optional()
        .describe("Regular expression that a whole TextBox answer matches.")
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
      .describe("How people prove who they are; passkey is the embedded tenant's only. Default: password."),
    signUp: z.boolean().default(true).describe("People may create an account. Default: true."),
    mfa: z
      // YAML 1.1 reads a bare `off` as false, and an editor may still do so.
      .literal(["off", "required", false])
      .default("off")
      .describe("Whether its apps give no token without a second factor. Default: off."),
    attributes: list(attribute).describe("What sign-up asks, in this order, beside the email address."),
    termsOfUse: z
      .strictObject({
        label: text(MAX_ANSWER).describe("What people accept by a required checkbox."),
        url: webAddress()
          .optional()
          .describe("Where the terms can be read.")
          .meta({ examples: ["https://contoso.example/terms"] }),
      })
      .optional()
      .meta({ title: "Terms of use", description: "Terms that sign-up asks to be accepted." }),
    apps: list(reference(["ciam-client-app"])).describe("Keys of the apps that use it; an app has one user flow."),
  })
  .meta({ title: "User flow", description: "How people sign in and up. The key is its name for good." })
  .nullable();

const group = z
  .strictObject({
    displayName: displayName(256),
    description: description().describe("What it is for."),
    members: list(reference(["ada@contoso.example"])).describe("Email addresses of users of this file."),
  })
  .meta({ title: "Group", description: "A group of people. The key is its name for good (uniqueName)." })
  .nullable();

const allOr = (what: string, example: string) =>
  z
    .union([z.literal("all"), z.array(z.string()).meta({ examples: [[example]] })])
    .default("all")
    .describe(`all, or keys of ${what} of this file. Default: all.`);

const policy = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether it counts. Default: true."),
    require: z.enum(["mfa"]).describe("What it demands: mfa, a second factor."),
    apps: allOr("apps", "ciam-client-app"),
    groups: allOr("groups", "staff"),
    except: list(reference(["ada@contoso.example"])).describe(
      "Email addresses of users of this file that it leaves out.",
    ),
  })
  .meta({ title: "Policy", description: "No token without what it requires (Entra: Conditional Access)." });

const user = z
  .strictObject({
    name: text(100).optional().describe("Display name. Default: the address up to the @."),
    administrator: z
      .boolean()
      .default(false)
      .describe("May change the tenant through Microsoft Graph. Default: false."),
    passwordFrom: variable()
      .optional()
      .describe("Environment variable that holds the password; never the password. Default: none, to be reset by mail.")
      .meta({ examples: ["ADA_PASSWORD"] }),
  })
  .meta({ title: "User", description: "A test user, made in the embedded tenant only. The key is the email address." })
  .nullable();

const lifetime = (name: Lifetime, what: string) => {
  const { usual, most } = LIFETIMES[name];
  const wrong = `has to be a whole number from 1 to ${most}`;
  return z
    .int({ error: wrong })
    .min(1, { error: wrong })
    .max(most, { error: wrong })
    .optional()
    .describe(`${what} In a new tenant: ${usual}.`);
};

const lifetimes = z
  .strictObject({
    signInDays: lifetime("signInDays", "Days after which a program's user signs in again, however often it renews."),
    signInIdleDays: lifetime("signInIdleDays", "Days without a renewal after which a program's sign-in ends."),
    sessionHours: lifetime("sessionHours", "Hours after which a browser is signed out."),
    sessionIdleHours: lifetime("sessionIdleHours", "Hours without use after which a browser is signed out."),
    keptSessionDays: lifetime("keptSessionDays", 'The same with "Keep me signed in", in days.'),
    keptSessionIdleDays: lifetime("keptSessionIdleDays", 'Without use, with "Keep me signed in", in days.'),
  })
  .meta({ title: "Lifetimes", description: "How long sign-ins last; the embedded tenant's only." });

const tenant = z
  .strictObject({
    name: text(100).optional().describe("What people read on the pages: Contoso."),
    domain: domain()
      .optional()
      .describe("The domain of the tenant; on Entra the one that accounts are made under.")
      .meta({ examples: ["contoso.onmicrosoft.com"] }),
    colour: colour()
      .optional()
      .describe("The colour of the pages, #rgb or #rrggbb, in quotes: # begins a comment otherwise.")
      .meta({ examples: ["#0b6e4f"] }),
    signUp: z
      .boolean()
      .optional()
      .describe("false: nobody creates an account, whatever user flows allow; the embedded tenant's only."),
    accountUserFlow: text(120)
      .optional()
      .describe("The user flow of the account page, by its name in userFlows; the embedded tenant's only."),
    lifetimes: lifetimes.optional(),
  })
  .meta({ title: "Tenant", description: "The tenant itself. What is left out is left alone." })
  .nullable()
  .default({});

export const tenantSchema = z
  .strictObject({
    tenant,
    apps: named(uniqueName(), app).describe("Programs that sign people in, by key."),
    apis: named(uniqueName(), api).describe("Protected web APIs, by key."),
    userFlows: named(text(120) as z.ZodString, userFlow).describe("How people sign in and up, by name."),
    groups: named(uniqueName(), group).describe("Groups of people, by key."),
    policies: named(text(200) as z.ZodString, policy).describe("Who needs a second factor, by name."),
    users: named(email(), user).describe("Test users by email address, made in the embedded tenant only."),
  })
  .meta({
    title: "Tenant file",
    description: "A tenant in one file, applied by `doorcode prepare` and served by `doorcode tenant start --file`.",
  });

export type ParsedTenant = z.output<typeof tenantSchema>;

/** JSON Schema of the file (draft 7, which editors' YAML extensions know best), as in tenant.schema.json. */
export function tenantFileSchema(): object {
  return z.toJSONSchema(tenantSchema, {
    io: "input",
    target: "draft-7",
    override: ({ jsonSchema }) => {
      const [only, nothing, ...others] = jsonSchema.anyOf ?? [];
      if (nothing?.type !== "null" || others.length > 0 || typeof only?.type !== "string") return;
      // Editors complete and explain one type with a null much better than a choice of two schemas.
      const { anyOf: _, ...around } = jsonSchema;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, only, around, { type: [only.type, "null"] });
    },
  });
}

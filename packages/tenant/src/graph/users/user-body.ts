import { z } from "zod";
import { BUILT_IN_ATTRIBUTES } from "../../directory/check-user-flow.ts";
import type { Attributes, User } from "../../directory/entities.ts";
import { cleanDisplayName, isEmailAddress, MAX_DISPLAY_NAME } from "../../directory/identity.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import { withoutInvisible } from "../../directory/visible-text.ts";
import type { Resource } from "../odata/answer.ts";
import { strictBody } from "../odata/route.ts";

/** The built-in attributes. The name is a separate column. */
const PROFILE = Object.keys(BUILT_IN_ATTRIBUTES).filter((id) => id !== "displayName");

export const users: Resource = {
  type: "user",
  set: "users",
  properties: [
    ...["id", "displayName", "mail", "userPrincipalName", "identities", "accountEnabled", "createdDateTime"],
    ...["deletedDateTime", "userType", "preferredLanguage", ...PROFILE],
  ],
};

const displayName = z
  .string()
  .transform(cleanDisplayName)
  .refine((name) => name !== "", "it is empty")
  .refine((name) => [...name].length <= MAX_DISPLAY_NAME, `it is longer than ${MAX_DISPLAY_NAME} characters`);
const email = z
  .string()
  .transform((text) => text.trim())
  .refine(isEmailAddress, "it is not an email address");
const answer = z
  .string()
  .max(250, "it is longer than 250 characters")
  .refine((text) => withoutInvisible(text) === text, "it contains invisible characters")
  .nullable()
  .optional();
const profile = Object.fromEntries(PROFILE.map((id) => [id, answer])) as Record<string, typeof answer>;

const identity = strictBody({
  signInType: z.literal("emailAddress", "it must be emailAddress"),
  issuer: z.string().min(1).max(255),
  issuerAssignedId: email,
});

export const userCreation = strictBody({
  displayName,
  accountEnabled: z.boolean().optional(),
  identities: z.array(identity).length(1, "an account must have exactly one"),
  mail: email.nullable().optional(),
  passwordProfile: strictBody({
    password: z.string().max(1_024),
    forceChangePasswordNextSignIn: z.literal(false, "it is not supported").optional(),
  })
    .nullable()
    .optional(),
  passwordPolicies: z.string().max(200).nullable().optional(),
  ...profile,
});

export const userChanges = strictBody({
  displayName: displayName.optional(),
  accountEnabled: z.boolean().optional(),
  ...profile,
});

/** What the body says about the user, merged over earlier attributes. Null removes an attribute. */
export function attributesBy(before: Attributes, input: Record<string, unknown>): Attributes {
  const after = { ...before };
  for (const id of PROFILE) {
    const value = input[id];
    if (typeof value === "string" && value !== "") after[id] = value;
    else if (value !== undefined) delete after[id];
  }
  return after;
}

export function userOf(user: User, { domain }: Pick<TenantConfig, "domain">) {
  const { attributes } = user;
  const custom = Object.entries(attributes).filter(([id]) => id.startsWith("extension_"));
  return {
    id: user.id,
    deletedDateTime: null,
    displayName: user.displayName,
    mail: user.email,
    userPrincipalName: `${user.id}@${domain}`,
    identities: [{ signInType: "emailAddress", issuer: domain, issuerAssignedId: user.email }],
    accountEnabled: user.disabledAt === null,
    createdDateTime: new Date(user.createdAt).toISOString(),
    userType: "Member",
    preferredLanguage: user.locale,
    ...Object.fromEntries(PROFILE.map((id) => [id, attributes[id] ?? null])),
    ...Object.fromEntries(custom),
  };
}

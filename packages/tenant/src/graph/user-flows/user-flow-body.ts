import { z } from "zod";
import { isBuiltIn } from "../../directory/check-user-flow.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import type { AttributeInput, FirstFactor, FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import { shownText } from "../applications/application-body.ts";
import { strictBody } from "../odata/route.ts";
import { BUILT_IN_NAMES, type KnownAttribute, termsAttributeId } from "./known-attributes.ts";

const KIND = "externalUsersSelfServiceSignUpEventsFlow";
const HANDLER = "ExternalUsersSelfServiceSignUp";

/** Graph's identity providers for local accounts of an external tenant. The last one is ours (docs/differences.md). */
export const PROVIDERS: Readonly<Record<string, { method: FirstFactor; displayName: string; type: string }>> = {
  "EmailPassword-OAUTH": { method: "password", displayName: "Email with password", type: "EmailPassword" },
  "EmailOtpSignup-OAUTH": { method: "email_code", displayName: "Email one time passcode", type: "EmailOTP" },
  "Passkey-OAUTH": { method: "passkey", displayName: "Passkey", type: "Passkey" },
};

/** Graph's `authenticationAttributeCollectionInputType`, case-insensitive (its own examples have `Text`). */
const INPUT_TYPES = ["text", "radioSingleSelect", "checkboxMultiSelect", "boolean", "checkboxSingleSelect"] as const;
const inputType = z.string().transform((text, context) => {
  const known = INPUT_TYPES.find((each) => each.toLowerCase() === text.toLowerCase());
  if (known) return known;
  context.addIssue({ code: "custom", message: `it must be one of ${INPUT_TYPES.join(", ")}` });
  return z.NEVER;
});

const input = strictBody({
  attribute: z.string().min(1).max(200),
  label: z.string().max(250, "it is longer than 250 characters"),
  inputType,
  defaultValue: z.null("default values are not supported").optional(),
  hidden: z.boolean().optional(),
  editable: z.boolean().optional(),
  writeToDirectory: z.literal(true, "it must be true: every answer is stored").optional(),
  required: z.boolean().optional(),
  validationRegEx: z.string().max(1_000).nullable().optional(),
  options: z
    .array(strictBody({ label: z.string().max(250), value: z.string().max(250) }))
    .max(80)
    .optional(),
});
export type InputBody = z.infer<typeof input>;

const named = strictBody({
  id: z.string().min(1).max(200),
  displayName: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  userFlowAttributeType: z.string().nullable().optional(),
  dataType: z.string().nullable().optional(),
});
const provider = strictBody({
  id: z.string().refine((id) => Object.hasOwn(PROVIDERS, id), `it must be one of ${Object.keys(PROVIDERS).join(", ")}`),
  displayName: z.string().nullable().optional(),
  identityProviderType: z.string().nullable().optional(),
  state: z.string().nullable().optional(),
});
const none = z.null("it is not supported").optional();

export const userFlowInput = z.strictObject({
  "@odata.type": z
    .string()
    .refine(
      (type) => type.toLowerCase() === `#microsoft.graph.${KIND}`.toLowerCase(),
      `it must be #microsoft.graph.${KIND}`,
    ),
  displayName: shownText(250).optional(),
  description: z.string().max(1_024).nullable().optional(),
  priority: z.int().min(0).max(1_000_000).optional(),
  conditions: strictBody({
    applications: strictBody({
      includeAllApplications: z
        .literal(false, "it is not supported. List the applications in includeApplications instead")
        .optional(),
      includeApplications: z
        .array(strictBody({ appId: z.string().max(100).toLowerCase() }))
        .max(200)
        .optional(),
    }).optional(),
  }).optional(),
  onAuthenticationMethodLoadStart: strictBody({
    identityProviders: z.array(provider).min(1, "a user flow needs at least one identity provider").optional(),
  }).optional(),
  onInteractiveAuthFlowStart: strictBody({ isSignUpAllowed: z.boolean().optional() }).optional(),
  onAttributeCollection: strictBody({
    accessPackages: z.array(z.never()).optional(),
    attributes: z.array(named).max(100).optional(),
    attributeCollectionPage: strictBody({
      customStringsFileId: none,
      views: z.array(strictBody({ title: none, description: none, inputs: z.array(input).max(100) })).max(1),
    }).optional(),
  }).optional(),
  onAttributeCollectionStart: none,
  onAttributeCollectionSubmit: none,
  onUserCreateStart: strictBody({
    userTypeToCreate: z.literal("member", "it must be member").optional(),
    accessPackages: z.array(z.never()).optional(),
  })
    .nullable()
    .optional(),
  doorcodeMfaRequired: z.boolean().optional(),
});
export type UserFlowInput = z.infer<typeof userFlowInput>;

const INPUT_TYPE_OF: Record<AttributeInput, (typeof INPUT_TYPES)[number]> = {
  TextBox: "text",
  RadioSingleSelect: "radioSingleSelect",
  CheckboxMultiSelect: "checkboxMultiSelect",
  CheckboxSingleSelect: "checkboxSingleSelect",
  // Graph has no input type for numbers: they are text inputs of an attribute with whole numbers.
  NumericTextBox: "text",
};

/** The Graph response, including everything that Graph returns only on request. */
export function userFlowOf(
  flow: UserFlow,
  apps: string[],
  known: Map<string, KnownAttribute>,
  config: Pick<TenantConfig, "tenantId">,
) {
  const terms = flow.termsOfUse && termsInput(flow.termsOfUse, termsAttributeId(known, config));
  const inputs = [emailInput, ...flow.attributes.map(inputOf), ...(terms ? [terms] : [])];
  return {
    "@odata.type": `#microsoft.graph.${KIND}`,
    id: flow.id,
    displayName: flow.name,
    description: flow.description ?? null,
    priority: flow.priority ?? 500,
    conditions: {
      applications: { includeAllApplications: false, includeApplications: apps.map((appId) => ({ appId })) },
    },
    onInteractiveAuthFlowStart: {
      "@odata.type": `#microsoft.graph.onInteractiveAuthFlowStart${HANDLER}`,
      isSignUpAllowed: flow.signUpAllowed,
    },
    onAuthenticationMethodLoadStart: {
      "@odata.type": `#microsoft.graph.onAuthenticationMethodLoadStart${HANDLER}`,
      identityProviders: providersOf(flow),
    },
    onAttributeCollection: {
      "@odata.type": `#microsoft.graph.onAttributeCollection${HANDLER}`,
      accessPackages: [],
      attributeCollectionPage: {
        customStringsFileId: null,
        views: [{ title: null, description: null, inputs }],
      },
      attributes: attributesOf(flow, known, config),
    },
    onAttributeCollectionStart: null,
    onAttributeCollectionSubmit: null,
    onUserCreateStart: null,
    ...(flow.mfaRequired ? { doorcodeMfaRequired: true } : {}),
  };
}

export function providersOf({ methods }: UserFlow) {
  return methods.map((method) => {
    const [id, { displayName, type }] = Object.entries(PROVIDERS).find(([, each]) => each.method === method)!;
    const kind = "#microsoft.graph.builtInIdentityProvider";
    return { "@odata.type": kind, id, displayName, identityProviderType: type, state: null };
  });
}

export function attributesOf(
  flow: UserFlow,
  known: Map<string, KnownAttribute>,
  config: Pick<TenantConfig, "tenantId">,
): KnownAttribute[] {
  const terms = flow.termsOfUse === null ? [] : [termsAttributeId(known, config)];
  return ["email", ...flow.attributes.map(({ id }) => id), ...terms].flatMap((id) => known.get(id) ?? []);
}

const ASKED = { defaultValue: null, hidden: false, editable: true, writeToDirectory: true };
const emailInput = {
  ...ASKED,
  attribute: "email",
  label: BUILT_IN_NAMES.email,
  inputType: "text",
  hidden: true,
  editable: false,
  required: true,
  validationRegEx: null as string | null,
  options: [] as { label: string; value: string }[],
};

function inputOf({ id, label, inputType, required, validationRegEx, options }: FlowAttribute): typeof emailInput {
  return {
    ...ASKED,
    attribute: id,
    label: label === "" && isBuiltIn(id) ? BUILT_IN_NAMES[id] : label,
    inputType: INPUT_TYPE_OF[inputType],
    required,
    validationRegEx,
    options: options.map((option) => ({ label: option.label, value: option.value })),
  };
}

function termsInput({ label, url }: NonNullable<UserFlow["termsOfUse"]>, attribute: string): typeof emailInput {
  const shown = url === null ? label : `[${label}](${url})`;
  const question = { ...ASKED, attribute, label: shown, inputType: "checkboxSingleSelect", required: true };
  return { ...question, validationRegEx: null, options: [] };
}

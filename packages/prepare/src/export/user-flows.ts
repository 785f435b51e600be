import type { ConditionalAccessPolicy, IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { AttributeEntry, UserFlowEntry } from "../file/model.ts";
import { isExpressible } from "../file/scalars.ts";
import { isBuiltIn } from "../file/to-model.ts";
import type { FoundUserFlow } from "../plan/current.ts";
import { secondFactorPolicy } from "../plan/policies.ts";
import { normalizePage, readPage, type SignUpPage } from "../plan/sign-up-page.ts";
import { signInMethod } from "../plan/user-flows.ts";
import { compareText, sorted } from "./keys.ts";
import type { Registrations } from "./registrations.ts";

export function exportUserFlows(all: {
  flows: FoundUserFlow[];
  attributes: IdentityUserFlowAttribute[];
  policies: ConditionalAccessPolicy[];
  registrations: Registrations;
  notes: Set<string>;
}): Record<string, UserFlowEntry> {
  const { flows, attributes, policies, registrations, notes } = all;
  const entries = flows.flatMap(({ flow, key, appIds }): [string, UserFlowEntry][] => {
    const name = nameOfFlow({ flow, key });
    const ids = flow.onAuthenticationMethodLoadStart?.identityProviders?.flatMap(({ id }) => (id ? [id] : [])) ?? [];
    const signIn = ids.flatMap((id) => signInMethod(id) ?? []);
    const others = ids.filter((id) => !signInMethod(id));
    if (others.length > 0)
      notes.add(`The user flow "${name}" lets users sign in with ${others.join(", ")}, which the file cannot express.`);
    if (signIn.length === 0) {
      notes.add(`The user flow "${name}" has no sign-in method that the file can express and is omitted.`);
      return [];
    }
    for (const event of ["onAttributeCollectionStart", "onAttributeCollectionSubmit"] as const)
      if (flow[event]) notes.add(`The user flow "${name}" calls a program at ${event}, which the file cannot express.`);
    const clients = appIds.flatMap((appId) => {
      const app = registrations.all.get(appId);
      return app && !app.isApi ? [app.key] : [];
    });
    if (clients.length < appIds.length)
      notes.add(`The file omits ${appIds.length - clients.length} of the applications of the user flow "${name}".`);
    const secondFactor = secondFactorPolicy(name);
    const policy = policies.find(({ displayName, state }) => displayName === secondFactor && state === "enabled");
    const page = readPage(flow.onAttributeCollection?.attributeCollectionPage, attributes);
    return [
      [
        name,
        {
          signIn,
          signUp: flow.onInteractiveAuthFlowStart?.isSignUpAllowed ?? true,
          mfa: policy || flow.doorcodeMfaRequired ? "required" : "off",
          ...expressiblePage(normalizePage(page, attributes), name, notes),
          apps: clients.sort(compareText),
        },
      ],
    ];
  });
  return sorted(entries);
}

/** The file's name for a user flow. */
export function nameOfFlow({ flow, key }: Pick<FoundUserFlow, "flow" | "key">): string {
  return key ?? flow.displayName ?? flow.id;
}

/** The questions that a file can express. */
function expressiblePage(page: SignUpPage, flow: string, notes: Set<string>): SignUpPage {
  const can = page.attributes.filter(isExpressibleAttribute);
  const others = page.attributes.filter((entry) => !isExpressibleAttribute(entry));
  if (others.length > 0)
    notes.add(
      `The user flow "${flow}" asks for ${others.map(({ attribute }) => attribute).join(", ")}, which the file cannot express.`,
    );
  const label = (entry: AttributeEntry) => entry.label || (entry.builtIn ? "" : entry.attribute);
  return { ...page, attributes: can.map((entry) => ({ ...entry, label: label(entry) })) };
}

function isExpressibleAttribute({ attribute, builtIn, input, options, label }: AttributeEntry): boolean {
  if (builtIn ? !isBuiltIn(attribute) : !isExpressible.attribute(attribute) || /termsofuse$/i.test(attribute))
    return false;
  if (label !== "" && !isExpressible.label(label)) return false;
  if (options.some((option) => !isExpressible.label(option.value) || !isExpressible.label(option.label))) return false;
  const selects = input === "RadioSingleSelect" || input === "CheckboxMultiSelect";
  return selects === options.length > 0 && (attribute !== "displayName" || input === "TextBox");
}

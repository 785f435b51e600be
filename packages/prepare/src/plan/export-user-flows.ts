import type { ConditionalAccessPolicy, IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { UserFlowEntry } from "../file/model.ts";
import type { FoundUserFlow } from "./current.ts";
import type { Registrations } from "./export-applications.ts";
import { compareText, sorted } from "./export-keys.ts";
import { secondFactorPolicy } from "./policies.ts";
import { readPage } from "./sign-up-page.ts";
import { signInMethod } from "./user-flows.ts";

export function exportUserFlows(all: {
  flows: FoundUserFlow[];
  attributes: IdentityUserFlowAttribute[];
  policies: ConditionalAccessPolicy[];
  registrations: Registrations;
  notes: Set<string>;
}): Record<string, UserFlowEntry> {
  const { flows, attributes, policies, registrations, notes } = all;
  return sorted(
    flows.map(({ flow, key, appIds }): [string, UserFlowEntry] => {
      const name = key ?? flow.displayName ?? flow.id;
      const ids = flow.onAuthenticationMethodLoadStart?.identityProviders?.flatMap(({ id }) => (id ? [id] : [])) ?? [];
      const others = ids.filter((id) => !signInMethod(id));
      if (others.length > 0)
        notes.add(`The user flow "${name}" lets people sign in by ${others.join(", ")}, which the file cannot say.`);
      for (const event of ["onAttributeCollectionStart", "onAttributeCollectionSubmit"] as const)
        if (flow[event]) notes.add(`The user flow "${name}" calls a program at ${event}, which the file cannot say.`);
      const apps = appIds.flatMap((appId) => registrations.all.get(appId) ?? []);
      const clients = apps.filter(({ isApi }) => !isApi).map((app) => app.key);
      if (clients.length < appIds.length)
        notes.add(
          `${appIds.length - clients.length} applications of the user flow "${name}" are not among the apps of the file.`,
        );
      const secondFactor = secondFactorPolicy(name);
      const policy = policies.find(({ displayName, state }) => displayName === secondFactor && state === "enabled");
      return [
        name,
        {
          signIn: ids.flatMap((id) => signInMethod(id) ?? []),
          signUp: flow.onInteractiveAuthFlowStart?.isSignUpAllowed ?? true,
          mfa: policy || flow.doorcodeMfaRequired ? "required" : "off",
          ...readPage(flow.onAttributeCollection?.attributeCollectionPage, attributes),
          apps: clients.sort(compareText),
        },
      ];
    }),
  );
}

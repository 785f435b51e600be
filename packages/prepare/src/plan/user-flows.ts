import type { IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { UserFlowEntry } from "../file/model.ts";
import type { Graph } from "../graph/graph.ts";
import {
  addAttribute,
  createUserFlow,
  excludeApplication,
  includeApplication,
  patchUserFlow,
  type UserFlowSettings,
} from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import type { Current, FoundUserFlow } from "./current.ts";
import type { ObjectLookup } from "./known-objects.ts";
import { tagOf } from "./ownership-tags.ts";
import { Changes, type CompareInput, missing, type PlannedStep, plannedStep } from "./planned-step.ts";
import { attributesFor, normalizePage, pageFor, readPage, type SignUpPage } from "./sign-up-page.ts";

const providers = {
  password: "EmailPassword-OAUTH",
  email_code: "EmailOtpSignup-OAUTH",
  passkey: "Passkey-OAUTH",
} as const;

/** The file's name for an identity provider; undefined if it has none (Google, SAML …). */
export function signInMethod(identityProvider: string): UserFlowEntry["signIn"][number] | undefined {
  const [found] = Object.entries(providers).find(([, id]) => id === identityProvider) ?? [];
  return found as UserFlowEntry["signIn"][number] | undefined;
}

/**
 * User flows, and the apps that use them. The file determines everything that sign-up asks. Identity providers that it
 * cannot express remain; so do apps that it does not list, unless pruning.
 */
export function compareUserFlows(input: CompareInput): PlannedStep[] {
  const { model, current, lookup, prune } = input;
  // IDs of flows by the app that leaves them: the first step that runs excludes the app.
  const flowsOf = (appId: string | undefined) => current.userFlows.filter(({ appIds }) => appIds.includes(appId ?? ""));
  const excluded = new Set<string>();
  const excludeOnce = (flow: FoundUserFlow, appId: string): Exclusion[] => {
    const exclusion = `${flow.flow.id} ${appId}`;
    return excluded.size < excluded.add(exclusion).size ? [{ flowId: flow.flow.id, appId }] : [];
  };

  return Object.entries(model.userFlows).map(([key, entry]) => {
    const found = flowOf(current, key);
    const changes = new Changes();
    const settings = found ? compareSettings(input, key, entry, found, changes) : describe(entry, changes);
    const wanted = entry.apps.map((app) => ({ app, appId: appIdOf(lookup, app) }));
    const joining = wanted.filter(({ appId }) => !(appId && found?.appIds.includes(appId)));
    for (const { app, appId } of joining) {
      const [other] = flowsOf(appId);
      changes.text("apps", other && `${app} of ${other.key ?? other.flow.displayName}`, app);
    }
    const wantedIds = wanted.map(({ appId }) => appId ?? "");
    const leaving = prune && found ? missing(found.appIds, wantedIds) : [];
    changes.removed(
      "apps",
      leaving.map((appId) => nameOfApp(current, appId)),
    );
    // An app has one user flow, so it leaves the other one first. A run killed in between leaves it without one; the
    // next run continues.
    const moves = joining.map(({ app, appId }) => ({
      app,
      leaves: flowsOf(appId).flatMap((flow) => excludeOnce(flow, appId ?? "")),
    }));
    const exclusions = found ? leaving.flatMap((appId) => excludeOnce(found, appId)) : [];
    const mfaOfItself = requiresMfaItself(input, key);

    const exists = found !== undefined;
    return plannedStep({ kind: "user flow", name: key, exists, changes }, async ({ graph, known }) => {
      const id = found ? found.flow.id : await create(graph, key, entry, mfaOfItself, known.attributes);
      known.addUserFlow(key, id);
      if (found) await changeSettings(graph, found, entry, settings, known.attributes);
      for (const { app, leaves } of moves) {
        for (const { flowId, appId } of leaves) await graph.send(excludeApplication(flowId, appId));
        await graph.send(includeApplication(id, appIdOf(known, app) ?? ""));
      }
      for (const { flowId, appId } of exclusions) await graph.send(excludeApplication(flowId, appId));
    });
  });
}

interface Exclusion {
  flowId: string;
  appId: string;
}

async function create(
  graph: Graph,
  key: string,
  entry: UserFlowEntry,
  mfaOfItself: boolean,
  attributes: readonly IdentityUserFlowAttribute[],
): Promise<string> {
  const page = normalizePage(entry, attributes);
  const settings: UserFlowSettings = {
    displayName: key,
    description: tagOf(key),
    identityProviders: entry.signIn.map((method) => providers[method]),
    isSignUpAllowed: entry.signUp,
    attributes: attributesFor(page, attributes),
    page: pageFor(page, attributes),
    ...(mfaOfItself && { doorcodeMfaRequired: true }),
  };
  const made = await graph.send(createUserFlow(settings));
  if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph returned the user flow ${key} without an ID.`);
  graph.created(made.id);
  return made.id;
}

async function changeSettings(
  graph: Graph,
  { flow }: FoundUserFlow,
  entry: UserFlowEntry,
  { pageDiffers, ...settings }: SettingsDifference,
  attributes: readonly IdentityUserFlowAttribute[],
): Promise<void> {
  const present = flow.onAttributeCollection?.attributeCollectionPage;
  const page = pageDiffers && { page: pageFor(normalizePage(entry, attributes), attributes, present) };
  if (page && !flow.onAttributeCollection)
    for (const { id = "" } of attributesFor(entry, attributes)) await graph.send(addAttribute(graph.base, flow.id, id));
  const body = { ...settings, ...page };
  if (Object.keys(body).length > 0) await graph.send(patchUserFlow(flow.id, body));
}

/** How a user flow's settings differ. The page is built when the step runs, with the IDs of new attributes. */
type SettingsDifference = Partial<Omit<UserFlowSettings, "page">> & { pageDiffers: boolean };

function describe(entry: UserFlowEntry, changes: Changes): SettingsDifference {
  changes.added("sign-in", entry.signIn);
  changes.flag("sign-up", undefined, entry.signUp);
  changes.added(
    "attributes",
    entry.attributes.map(({ attribute }) => attribute),
  );
  changes.text("terms of use", undefined, termsText(entry));
  return { pageDiffers: false };
}

function compareSettings(
  input: CompareInput,
  key: string,
  entry: UserFlowEntry,
  found: FoundUserFlow,
  changes: Changes,
): SettingsDifference {
  const settings: Partial<UserFlowSettings> = {};
  const { flow } = found;
  const present = (flow.onAuthenticationMethodLoadStart?.identityProviders ?? []).flatMap(({ id }) => (id ? [id] : []));
  const methods = present.flatMap((id) => signInMethod(id) ?? []);
  if (changes.set("sign-in", methods, entry.signIn))
    settings.identityProviders = [
      ...entry.signIn.map((method) => providers[method]),
      ...present.filter((id) => !signInMethod(id)),
    ];
  if (changes.flag("sign-up", flow.onInteractiveAuthFlowStart?.isSignUpAllowed ?? true, entry.signUp))
    settings.isSignUpAllowed = entry.signUp;

  const required = requiresMfaItself(input, key) || (entry.mfa === "required" && Boolean(flow.doorcodeMfaRequired));
  if (changes.flag("second factor", flow.doorcodeMfaRequired ?? false, required))
    settings.doorcodeMfaRequired = required;

  const { attributes } = input.lookup;
  const page = normalizePage(readPage(flow.onAttributeCollection?.attributeCollectionPage, attributes), attributes);
  const pageDiffers = comparePages(page, normalizePage(entry, attributes), changes);
  return { ...settings, pageDiffers };
}

function comparePages(present: SignUpPage, wanted: SignUpPage, changes: Changes): boolean {
  const names = ({ attributes }: SignUpPage) => attributes.map(({ attribute }) => attribute).join(", ");
  const before = changes.list.length;
  changes.text("attributes", names(present), names(wanted));
  for (const entry of wanted.attributes) {
    const there = present.attributes.find(({ attribute }) => attribute === entry.attribute);
    if (!there) continue;
    changes.text(`${entry.attribute} label`, there.label, entry.label);
    changes.text(`${entry.attribute} input`, there.input, entry.input);
    changes.flag(`${entry.attribute} required`, there.required, entry.required);
    changes.text(`${entry.attribute} pattern`, there.pattern, entry.pattern);
    const options = ({ options }: typeof entry) =>
      options.map(({ value, label }) => (value === label ? value : `${value} (${label})`)).join(", ");
    changes.text(`${entry.attribute} options`, options(there), options(entry));
  }
  changes.text("terms of use", termsText(present), termsText(wanted));
  return changes.list.length > before;
}

function termsText({ termsOfUse }: SignUpPage): string | undefined {
  return termsOfUse && [termsOfUse.label, termsOfUse.url].filter(Boolean).join(" ");
}

export function flowOf(current: Current, key: string): FoundUserFlow | undefined {
  return current.userFlows.find((flow) => flow.key === key);
}

/** A policy of the embedded tenant names apps: without an app, the flow itself requires the second factor. */
export function requiresMfaItself(input: CompareInput, key: string): boolean {
  const required = input.model.userFlows[key]?.mfa === "required";
  return required && input.target === "doorcode" && appsOfFlow(input, key, input.lookup).length === 0;
}

/** The apps that use the flow once the plan is applied: those that the file lists, and those that remain. */
export function appsOfFlow({ model, current, prune }: CompareInput, key: string, lookup: ObjectLookup): string[] {
  const idsOf = (flow: string) => model.userFlows[flow]!.apps.map((app) => appIdOf(lookup, app) ?? app);
  const taken = Object.keys(model.userFlows).flatMap((other) => (other === key ? [] : idsOf(other)));
  const present = prune ? [] : (flowOf(current, key)?.appIds ?? []);
  const staying = present.filter((appId) => !taken.includes(appId));
  return [...new Set([...idsOf(key), ...staying])];
}

/** In lower case, because user flows and policies are compared with it. */
export function appIdOf(lookup: ObjectLookup, app: string): string | undefined {
  return lookup.application(app)?.appId.toLowerCase();
}

export function nameOfApp({ applications }: Current, appId: string): string {
  const [key] = [...applications].find(([, { application }]) => application.appId === appId) ?? [];
  return key ?? appId;
}

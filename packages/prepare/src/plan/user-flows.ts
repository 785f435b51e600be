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
import { markOf } from "./marks.ts";
import { attributesFor, normalizePage, pageFor, readPage, type SignUpPage } from "./sign-up-page.ts";
import { Changes, type Comparison, missing, type Work, workOf } from "./work.ts";

const providers = {
  password: "EmailPassword-OAUTH",
  email_code: "EmailOtpSignup-OAUTH",
  passkey: "Passkey-OAUTH",
} as const;

/** The file's word for an identity provider; undefined where it has none (Google, SAML …). */
export function signInMethod(identityProvider: string): UserFlowEntry["signIn"][number] | undefined {
  const [found] = Object.entries(providers).find(([, id]) => id === identityProvider) ?? [];
  return found as UserFlowEntry["signIn"][number] | undefined;
}

/**
 * User flows, and which apps use them. Sign-up's questions are the file's to the last; identity providers that it has
 * no word for stay, and so do apps that it does not list, unless pruning.
 */
export function userFlowWork(about: Comparison): Work[] {
  return Object.entries(about.model.userFlows).map(([key, entry]) => {
    const found = flowOf(about.current, key);
    const changes = new Changes();
    const settings = found ? compareSettings(about, key, entry, found, changes) : describe(entry, changes);
    const wanted = entry.apps.map((app) => ({ app, appId: appIdOf(about, app) }));
    const join = wanted.filter(({ appId }) => !(appId && found?.appIds.includes(appId)));
    for (const { app, appId } of join) {
      const other = about.current.userFlows.find(({ appIds }) => appId && appIds.includes(appId));
      changes.text("apps", other && `${app} of ${other.key ?? other.flow.displayName}`, app);
    }
    const leave =
      about.prune && found
        ? missing(
            found.appIds,
            wanted.map(({ appId }) => appId ?? ""),
          )
        : [];
    changes.removed(
      "apps",
      leave.map((appId) => nameOfApp(about, appId)),
    );

    const exists = found !== undefined;
    return workOf({ kind: "user flow", name: key, exists, changes: changes.list }, async (graph) => {
      const flow = found ?? (await create(graph, about, key, entry));
      if (settings.page && !flow.flow.onAttributeCollection)
        for (const { id = "" } of attributesFor(entry, about.current.attributes))
          await graph.send(addAttribute(graph.base, flow.flow.id, id));
      if (Object.keys(settings).length > 0) await graph.send(patchUserFlow(flow.flow.id, settings));
      for (const { app } of join) await moveTo(graph, about.current, flow, appIdOf(about, app) ?? "");
      for (const appId of leave) {
        if (!flow.appIds.includes(appId)) continue;
        await graph.send(excludeApplication(flow.flow.id, appId));
        flow.appIds.splice(flow.appIds.indexOf(appId), 1);
      }
    });
  });
}

async function create(graph: Graph, about: Comparison, key: string, entry: UserFlowEntry): Promise<FoundUserFlow> {
  const { attributes } = about.current;
  const page = normalizePage(entry, attributes);
  const settings: UserFlowSettings = {
    displayName: key,
    description: markOf(key),
    identityProviders: entry.signIn.map((method) => providers[method]),
    isSignUpAllowed: entry.signUp,
    attributes: attributesFor(page, attributes),
    page: pageFor(page, attributes),
    ...(demandsByItself(about, key) && { doorcodeMfaRequired: true }),
  };
  const made = await graph.send(createUserFlow(settings));
  if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the user flow ${key} no id.`);
  graph.created(made.id);
  const found: FoundUserFlow = { flow: { ...made, id: made.id }, key, marked: true, appIds: [] };
  about.current.userFlows.push(found);
  return found;
}

/** An app has one user flow: it leaves the other first. Killed in between it has none, and the next run goes on. */
async function moveTo(graph: Graph, current: Current, flow: FoundUserFlow, appId: string): Promise<void> {
  for (const other of current.userFlows) {
    if (other === flow || !other.appIds.includes(appId)) continue;
    await graph.send(excludeApplication(other.flow.id, appId));
    other.appIds.splice(other.appIds.indexOf(appId), 1);
  }
  await graph.send(includeApplication(flow.flow.id, appId));
  flow.appIds.push(appId);
}

function describe(entry: UserFlowEntry, changes: Changes): Record<string, never> {
  changes.added("sign-in", entry.signIn);
  changes.flag("sign-up", undefined, entry.signUp);
  changes.added(
    "attributes",
    entry.attributes.map(({ attribute }) => attribute),
  );
  changes.text("terms of use", undefined, termsText(entry));
  return {};
}

function compareSettings(
  about: Comparison,
  key: string,
  entry: UserFlowEntry,
  found: FoundUserFlow,
  changes: Changes,
): Partial<UserFlowSettings> {
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

  const demands = demandsByItself(about, key) || (entry.mfa === "required" && Boolean(flow.doorcodeMfaRequired));
  if (changes.flag("second factor", flow.doorcodeMfaRequired ?? false, demands)) settings.doorcodeMfaRequired = demands;

  const { attributes } = about.current;
  const page = flow.onAttributeCollection?.attributeCollectionPage;
  const wanted = normalizePage(entry, attributes);
  if (comparePages(normalizePage(readPage(page, attributes), attributes), wanted, changes))
    settings.page = pageFor(wanted, attributes, page);
  return settings;
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

/** A policy of the embedded tenant names apps: without one, the flow itself says that it requires a second factor. */
export function demandsByItself(about: Comparison, key: string): boolean {
  const required = about.model.userFlows[key]?.mfa === "required";
  return required && about.target === "doorcode" && appsOfFlow(about, key).length === 0;
}

/** The apps that use the flow once the file is applied: those it lists, and those that stay. */
export function appsOfFlow(about: Comparison, key: string): string[] {
  const { userFlows } = about.model;
  const others = Object.keys(userFlows).filter((other) => other !== key);
  const taken = others.flatMap((other) => userFlows[other]!.apps.map((app) => appIdOf(about, app) ?? app));
  const present = about.prune ? [] : (flowOf(about.current, key)?.appIds ?? []);
  const staying = present.filter((appId) => !taken.includes(appId));
  return [...new Set([...userFlows[key]!.apps.map((app) => appIdOf(about, app) ?? app), ...staying])];
}

export function appIdOf({ current }: Comparison, app: string): string | undefined {
  return current.applications.get(app)?.application.appId.toLowerCase();
}

export function nameOfApp({ current }: Pick<Comparison, "current">, appId: string): string {
  const [key] = [...current.applications].find(([, { application }]) => application.appId === appId) ?? [];
  return key ?? appId;
}

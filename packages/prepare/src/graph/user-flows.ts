import type {
  AuthenticationAttributeCollectionPage,
  AuthenticationConditionApplication,
  ExternalUsersSelfServiceSignUpEventsFlow,
  IdentityUserFlowAttribute,
} from "@microsoft/microsoft-graph-types";
import { type GraphRequest, segment } from "./request.ts";

const path = "/identity/authenticationEventsFlows";
const ofType = (name: string) => ({ "@odata.type": `#microsoft.graph.${name}` });
const FLOW = "externalUsersSelfServiceSignUpEventsFlow";
const METHODS = "onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp";
const START = "onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp";
const ATTRIBUTES = "onAttributeCollectionExternalUsersSelfServiceSignUp";

/**
 * A user flow as Graph returns it: the handlers with the members that the types have only in their subtypes, and the
 * embedded tenant's additional members (docs/differences.md).
 */
export interface GraphUserFlow
  extends Omit<
    ExternalUsersSelfServiceSignUpEventsFlow,
    "onAuthenticationMethodLoadStart" | "onInteractiveAuthFlowStart" | "onAttributeCollection"
  > {
  onAuthenticationMethodLoadStart?: { identityProviders?: { id?: string }[] | null } | null;
  onInteractiveAuthFlowStart?: { isSignUpAllowed?: boolean | null } | null;
  onAttributeCollection?: {
    attributes?: IdentityUserFlowAttribute[] | null;
    attributeCollectionPage?: AuthenticationAttributeCollectionPage | null;
  } | null;
  doorcodeMfaRequired?: boolean;
}

export interface UserFlowSettings {
  displayName: string;
  description: string;
  /** IDs of identity providers: `EmailPassword-OAUTH`. */
  identityProviders: string[];
  isSignUpAllowed: boolean;
  attributes: IdentityUserFlowAttribute[];
  page: AuthenticationAttributeCollectionPage;
  /** The embedded tenant only. */
  doorcodeMfaRequired?: boolean;
}

export function createUserFlow(settings: UserFlowSettings): GraphRequest<GraphUserFlow> {
  const body = {
    ...ofType(FLOW),
    displayName: settings.displayName,
    description: settings.description,
    ...methods(settings.identityProviders),
    ...start(settings.isSignUpAllowed),
    onAttributeCollection: {
      ...ofType(ATTRIBUTES),
      attributes: settings.attributes,
      attributeCollectionPage: settings.page,
    },
    ...(settings.doorcodeMfaRequired && { doorcodeMfaRequired: true }),
  };
  return { method: "POST", path, body };
}

/** Changes only what is given; of the page, all of it. */
export function patchUserFlow(
  id: string,
  changes: Partial<
    Pick<UserFlowSettings, "description" | "identityProviders" | "isSignUpAllowed" | "page" | "doorcodeMfaRequired">
  >,
): GraphRequest {
  const body = {
    ...ofType(FLOW),
    ...(changes.description !== undefined && { description: changes.description }),
    ...(changes.identityProviders && methods(changes.identityProviders)),
    ...(changes.isSignUpAllowed !== undefined && start(changes.isSignUpAllowed)),
    ...(changes.doorcodeMfaRequired !== undefined && { doorcodeMfaRequired: changes.doorcodeMfaRequired }),
    // Attributes follow the page's inputs: those without an input are removed from the flow.
    ...(changes.page && { onAttributeCollection: { ...ofType(ATTRIBUTES), attributeCollectionPage: changes.page } }),
  };
  return { method: "PATCH", path: `${path}/${segment(id)}`, body };
}

function methods(identityProviders: string[]) {
  return {
    onAuthenticationMethodLoadStart: {
      ...ofType(METHODS),
      identityProviders: identityProviders.map((id) => ({ id })),
    },
  };
}

function start(isSignUpAllowed: boolean) {
  return { onInteractiveAuthFlowStart: { ...ofType(START), isSignUpAllowed } };
}

export function listUserFlows(): GraphRequest<{ value: GraphUserFlow[] }> {
  return { method: "GET", path };
}

/** For flows whose list omits them. */
export function identityProvidersOf(id: string): GraphRequest<{ value: { id?: string }[] }> {
  const cast = `microsoft.graph.${FLOW}/onAuthenticationMethodLoadStart/microsoft.graph.${METHODS}`;
  return { method: "GET", path: `${path}/${segment(id)}/${cast}/identityProviders` };
}

/** The only way to give `onAttributeCollection` to a flow that was created without it; then a page can be sent. */
export function addAttribute(base: string, id: string, attributeId: string): GraphRequest {
  const cast = `microsoft.graph.${FLOW}/onAttributeCollection/microsoft.graph.${ATTRIBUTES}`;
  return {
    method: "POST",
    path: `${path}/${segment(id)}/${cast}/attributes/$ref`,
    body: { "@odata.id": `${base}/identity/userFlowAttributes/${segment(attributeId)}` },
  };
}

export function deleteUserFlow(id: string): GraphRequest {
  return { method: "DELETE", path: `${path}/${segment(id)}` };
}

const applications = (id: string) => `${path}/${segment(id)}/conditions/applications/includeApplications`;

export function listIncludedApplications(id: string): GraphRequest<{ value: AuthenticationConditionApplication[] }> {
  return { method: "GET", path: applications(id) };
}

/** The app needs a service principal. An app has one user flow. */
export function includeApplication(id: string, appId: string): GraphRequest<AuthenticationConditionApplication> {
  return {
    method: "POST",
    path: applications(id),
    body: { ...ofType("authenticationConditionApplication"), appId },
  };
}

export function excludeApplication(id: string, appId: string): GraphRequest {
  return { method: "DELETE", path: `${applications(id)}/${segment(appId)}` };
}

const attributesPath = "/identity/userFlowAttributes";

export function listUserFlowAttributes(): GraphRequest<{ value: IdentityUserFlowAttribute[] }> {
  return { method: "GET", path: attributesPath };
}

/** Its ID contains the name: `extension_<32 hexadecimal digits>_<name>`. Its data type cannot be changed. */
export function createUserFlowAttribute(attribute: {
  name: string;
  description: string;
  dataType: "string" | "boolean" | "int64";
}): GraphRequest<IdentityUserFlowAttribute> {
  return {
    method: "POST",
    path: attributesPath,
    body: { displayName: attribute.name, description: attribute.description, dataType: attribute.dataType },
  };
}

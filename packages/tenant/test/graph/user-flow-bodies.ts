/** Bodies of user flows as in Microsoft's documentation and the facts. */
export const FLOWS = "identity/authenticationEventsFlows";
export const ATTRIBUTES = "identity/userFlowAttributes";
export const TYPE = { "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow" };
export const handler = (event: string) => ({
  "@odata.type": `#microsoft.graph.${event}ExternalUsersSelfServiceSignUp`,
});
export const EMAIL = {
  attribute: "email",
  label: "Email Address",
  inputType: "Text",
  hidden: true,
  editable: false,
  writeToDirectory: true,
  required: true,
  validationRegEx: "^[a-zA-Z0-9.!#$%&amp;&#8217;'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:.[a-zA-Z0-9-]+)*$",
};
export const input = (attribute: string, changes: object = {}) => ({
  attribute,
  label: attribute,
  inputType: "text",
  hidden: false,
  editable: true,
  writeToDirectory: true,
  required: false,
  ...changes,
});
export const collecting = (...inputs: object[]) => ({
  ...handler("onAttributeCollection"),
  attributeCollectionPage: { views: [{ title: null, description: null, inputs: [EMAIL, ...inputs] }] },
});
/** The how-to's user flow, as in the documentation's example. */
export const flow = (displayName: string, changes: object = {}) => ({
  ...TYPE,
  displayName,
  onAuthenticationMethodLoadStart: {
    ...handler("onAuthenticationMethodLoadStart"),
    identityProviders: [{ id: "EmailPassword-OAUTH" }],
  },
  onInteractiveAuthFlowStart: { ...handler("onInteractiveAuthFlowStart"), isSignUpAllowed: true },
  ...changes,
});

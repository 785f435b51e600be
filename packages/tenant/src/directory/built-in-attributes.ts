/**
 * Entra's built-in user attributes that sign-up can ask for, each with what a browser's autofill knows it by (HTML,
 * "Autofill"). `email` is proven before, and no question.
 */
export const BUILT_IN_ATTRIBUTES = {
  city: "address-level2",
  country: "country-name",
  displayName: "name",
  givenName: "given-name",
  jobTitle: "organization-title",
  postalCode: "postal-code",
  state: "address-level1",
  streetAddress: "address-line1",
  surname: "family-name",
} as const;

export type BuiltInAttribute = keyof typeof BUILT_IN_ATTRIBUTES;

export function isBuiltIn(id: string): id is BuiltInAttribute {
  return Object.hasOwn(BUILT_IN_ATTRIBUTES, id);
}

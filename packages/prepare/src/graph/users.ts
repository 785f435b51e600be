import type { User } from "@microsoft/microsoft-graph-types";
import { type GraphRequest, literal, segment } from "./request.ts";

/** An account that signs in by email address. `issuer`: the tenant's domain. */
export function createUser(user: {
  email: string;
  name: string;
  issuer: string;
  password: string;
}): GraphRequest<User> {
  const body: User = {
    displayName: user.name,
    identities: [{ signInType: "emailAddress", issuer: user.issuer, issuerAssignedId: user.email }],
    mail: user.email,
    passwordProfile: { password: user.password, forceChangePasswordNextSignIn: false },
    passwordPolicies: "DisablePasswordExpiration",
  };
  return { method: "POST", path: "/users", body };
}

export function usersByEmail(email: string, issuer: string): GraphRequest<{ value: User[] }> {
  const condition = `c/issuerAssignedId%20eq%20${literal(email)}%20and%20c/issuer%20eq%20${literal(issuer)}`;
  return { method: "GET", path: `/users?$filter=identities/any(c:${condition})&${members}` };
}

const members = "$select=id,displayName,mail,identities";

export function allUsers(): GraphRequest<{ value: User[] }> {
  return { method: "GET", path: `/users?${members}&$top=999` };
}

export function patchUser(id: string, body: User): GraphRequest {
  return { method: "PATCH", path: `/users/${segment(id)}`, body };
}

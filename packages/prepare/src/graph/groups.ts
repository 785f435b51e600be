import type { DirectoryObject, Group } from "@microsoft/microsoft-graph-types";
import { type GraphRequest, literal, segment } from "./request.ts";

/** The body that makes a security group. */
export function groupBody(settings: { displayName: string; description: string; mailNickname: string }): Group {
  return {
    displayName: settings.displayName,
    description: settings.description,
    mailEnabled: false,
    mailNickname: settings.mailNickname,
    securityEnabled: true,
  };
}

/** 201 with the group, or 204 where one of that uniqueName is there: it then has what the body says. */
export function upsertGroup(uniqueName: string, body: Group): GraphRequest<Group> {
  return {
    method: "PATCH",
    path: `/groups(uniqueName=${literal(uniqueName)})`,
    headers: { prefer: "create-if-missing" },
    body,
  };
}

const members = "$select=id,uniqueName,displayName,description,groupTypes,securityEnabled";

/** 404 where there is none. */
export function getGroup(uniqueName: string): GraphRequest<Group> {
  return { method: "GET", path: `/groups(uniqueName=${literal(uniqueName)})?${members}` };
}

export function allGroups(): GraphRequest<{ value: Group[] }> {
  return { method: "GET", path: `/groups?${members}&$top=999` };
}

export function patchGroup(id: string, body: Group): GraphRequest {
  return { method: "PATCH", path: `/groups/${segment(id)}`, body };
}

export function deleteGroup(id: string): GraphRequest {
  return { method: "DELETE", path: `/groups/${segment(id)}` };
}

export function listMembers(id: string): GraphRequest<{ value: DirectoryObject[] }> {
  return { method: "GET", path: `/groups/${segment(id)}/members?$top=999` };
}

/** 400 when they are a member already. */
export function addMember(base: string, id: string, memberId: string): GraphRequest {
  return {
    method: "POST",
    path: `/groups/${segment(id)}/members/$ref`,
    body: { "@odata.id": `${base}/directoryObjects/${segment(memberId)}` },
  };
}

export function removeMember(id: string, memberId: string): GraphRequest {
  return { method: "DELETE", path: `/groups/${segment(id)}/members/${segment(memberId)}/$ref` };
}

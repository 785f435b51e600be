import { getApi, postApi, postDisableApi, postEnableApi, postPermission, postRemoveApi } from "./apps/api.ts";
import {
  getApp,
  postApp,
  postAssignment,
  postCertificate,
  postConsent,
  postDisableApp,
  postEnableApp,
  postRemoveApp,
  postRemoveCertificates,
  postRemoveSecret,
  postSecret,
} from "./apps/app.ts";
import { getApps, getNewApp, postNewApp } from "./apps/apps.ts";
import { getFlow, getFlows, getNewFlow, postFlow, postNewFlow, postRemoveFlow, postSettings } from "./flows/flows.ts";
import { getNewPerson, getPeople, postNewPerson } from "./people/people.ts";
import {
  getPerson,
  postAdministrator,
  postDisable,
  postEdit,
  postEnable,
  postFactors,
  postGroup,
  postPassword,
  postRemove,
  postSignOut,
} from "./people/person.ts";
import {
  getNewPolicy,
  getPolicies,
  getPolicy,
  postNewPolicy,
  postPolicy,
  postRemovePolicy,
} from "./policies/policies.ts";
import type { DefineConsolePage } from "./routes.ts";
import { FILE_FORM_BYTES, getDownload, getFile, getPart, postApply, postPlan } from "./tenant-file/tenant-file.ts";

/** The pages about what a tenant has: people, apps and APIs, user flows, policies, and all of it as a file. */
export function listPages(page: DefineConsolePage): void {
  page("/console/people", { get: getPeople, count: ({ store }) => store.administration.users.count() });
  page("/console/people/new", { get: getNewPerson, post: postNewPerson });
  page("/console/people/:id", { get: getPerson });
  page("/console/people/:id/edit", { post: postEdit });
  page("/console/people/:id/enable", { post: postEnable });
  page("/console/people/:id/disable", { post: postDisable });
  page("/console/people/:id/administrator", { post: postAdministrator });
  page("/console/people/:id/sign-out", { post: postSignOut });
  page("/console/people/:id/password", { post: postPassword });
  page("/console/people/:id/factors", { post: postFactors });
  page("/console/people/:id/groups", { post: postGroup });
  page("/console/people/:id/remove", { post: postRemove });

  page("/console/apps", { get: getApps, count: ({ store }) => store.registrations.count() });
  page("/console/apps/new", { get: getNewApp, post: postNewApp });
  page("/console/apps/:id", { get: getApp });
  page("/console/apps/:id/edit", { post: postApp });
  page("/console/apps/:id/enable", { post: postEnableApp });
  page("/console/apps/:id/disable", { post: postDisableApp });
  page("/console/apps/:id/remove", { post: postRemoveApp });
  page("/console/apps/:id/secrets", { post: postSecret });
  page("/console/apps/:id/secrets/remove", { post: postRemoveSecret });
  page("/console/apps/:id/certificates", { post: postCertificate });
  page("/console/apps/:id/certificates/remove", { post: postRemoveCertificates });
  page("/console/apps/:id/consent", { post: postConsent });
  page("/console/apps/:id/assignments", { post: postAssignment });
  page("/console/apis/:id", { get: getApi });
  page("/console/apis/:id/edit", { post: postApi });
  page("/console/apis/:id/enable", { post: postEnableApi });
  page("/console/apis/:id/disable", { post: postDisableApi });
  page("/console/apis/:id/permission", { post: postPermission });
  page("/console/apis/:id/remove", { post: postRemoveApi });

  page("/console/user-flows", { get: getFlows });
  page("/console/user-flows/settings", { post: postSettings });
  page("/console/user-flows/new", { get: getNewFlow, post: postNewFlow });
  page("/console/user-flows/:id", { get: getFlow });
  page("/console/user-flows/:id/edit", { post: postFlow });
  page("/console/user-flows/:id/remove", { post: postRemoveFlow });

  page("/console/policies", { get: getPolicies });
  page("/console/policies/new", { get: getNewPolicy, post: postNewPolicy });
  page("/console/policies/:id", { get: getPolicy });
  page("/console/policies/:id/edit", { post: postPolicy });
  page("/console/policies/:id/remove", { post: postRemovePolicy });

  page("/console/tenant-file", { get: getFile });
  page("/console/tenant-file/plan", { post: postPlan, embeddedOnly: true, bodyLimit: FILE_FORM_BYTES });
  page("/console/tenant-file/apply", { post: postApply, embeddedOnly: true, bodyLimit: FILE_FORM_BYTES });
  page("/console/tenant-file/download", { get: getDownload });
  page("/console/tenant-file/part", { get: getPart });
}

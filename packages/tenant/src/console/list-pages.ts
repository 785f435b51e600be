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
  postTryAgain,
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
  page("/console/people/:id/edit", { post: postEdit, of: "/console/people/:id" });
  page("/console/people/:id/enable", { post: postEnable, of: "/console/people/:id" });
  page("/console/people/:id/disable", { post: postDisable, of: "/console/people/:id" });
  page("/console/people/:id/administrator", { post: postAdministrator, of: "/console/people/:id" });
  page("/console/people/:id/sign-out", { post: postSignOut, of: "/console/people/:id" });
  page("/console/people/:id/password", { post: postPassword, of: "/console/people/:id" });
  page("/console/people/:id/try-again", { post: postTryAgain, of: "/console/people/:id" });
  page("/console/people/:id/factors", { post: postFactors, of: "/console/people/:id" });
  page("/console/people/:id/groups", { post: postGroup, of: "/console/people/:id" });
  page("/console/people/:id/remove", { post: postRemove, of: "/console/people/:id" });

  page("/console/apps", { get: getApps, count: ({ store }) => store.registrations.count() });
  page("/console/apps/new", { get: getNewApp, post: postNewApp });
  page("/console/apps/:id", { get: getApp });
  page("/console/apps/:id/edit", { post: postApp, of: "/console/apps/:id" });
  page("/console/apps/:id/enable", { post: postEnableApp, of: "/console/apps/:id" });
  page("/console/apps/:id/disable", { post: postDisableApp, of: "/console/apps/:id" });
  page("/console/apps/:id/remove", { post: postRemoveApp, of: "/console/apps/:id" });
  page("/console/apps/:id/secrets", { post: postSecret, of: "/console/apps/:id" });
  page("/console/apps/:id/secrets/remove", { post: postRemoveSecret, of: "/console/apps/:id" });
  page("/console/apps/:id/certificates", { post: postCertificate, of: "/console/apps/:id" });
  page("/console/apps/:id/certificates/remove", { post: postRemoveCertificates, of: "/console/apps/:id" });
  page("/console/apps/:id/consent", { post: postConsent, of: "/console/apps/:id" });
  page("/console/apps/:id/assignments", { post: postAssignment, of: "/console/apps/:id" });
  page("/console/apis/:id", { get: getApi });
  page("/console/apis/:id/edit", { post: postApi, of: "/console/apis/:id" });
  page("/console/apis/:id/enable", { post: postEnableApi, of: "/console/apis/:id" });
  page("/console/apis/:id/disable", { post: postDisableApi, of: "/console/apis/:id" });
  page("/console/apis/:id/permission", { post: postPermission, of: "/console/apis/:id" });
  page("/console/apis/:id/remove", { post: postRemoveApi, of: "/console/apis/:id" });

  page("/console/user-flows", { get: getFlows });
  page("/console/user-flows/settings", { post: postSettings, of: "/console/user-flows" });
  page("/console/user-flows/new", { get: getNewFlow, post: postNewFlow });
  page("/console/user-flows/:id", { get: getFlow });
  page("/console/user-flows/:id/edit", { post: postFlow, of: "/console/user-flows/:id" });
  page("/console/user-flows/:id/remove", { post: postRemoveFlow, of: "/console/user-flows/:id" });

  page("/console/policies", { get: getPolicies });
  page("/console/policies/new", { get: getNewPolicy, post: postNewPolicy });
  page("/console/policies/:id", { get: getPolicy });
  page("/console/policies/:id/edit", { post: postPolicy, of: "/console/policies/:id" });
  page("/console/policies/:id/remove", { post: postRemovePolicy, of: "/console/policies/:id" });

  page("/console/tenant-file", { get: getFile });
  page("/console/tenant-file/plan", {
    post: postPlan,
    of: "/console/tenant-file",
    embeddedOnly: true,
    bodyLimit: FILE_FORM_BYTES,
  });
  page("/console/tenant-file/apply", {
    post: postApply,
    of: "/console/tenant-file",
    embeddedOnly: true,
    bodyLimit: FILE_FORM_BYTES,
  });
  page("/console/tenant-file/download", { get: getDownload });
  page("/console/tenant-file/part", { get: getPart });
}

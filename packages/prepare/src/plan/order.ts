import { apiWork } from "./apis.ts";
import { appWork } from "./apps.ts";
import { assignmentWork } from "./assignments.ts";
import { attributeWork } from "./attributes.ts";
import { consentWork } from "./consents.ts";
import { groupWork, memberWork } from "./groups.ts";
import { policyWork } from "./policies.ts";
import { pruneWork } from "./prune.ts";
import { tenantWork } from "./tenant.ts";
import { userFlowWork } from "./user-flows.ts";
import { administratorWork, userWork } from "./users.ts";
import type { Comparison, Work } from "./work.ts";

/**
 * What is compared and done, each after what it needs: APIs before the apps that ask for their scopes, service
 * principals (with both) before consent and user flows, groups and users before what they are assigned to.
 */
export const order: ((about: Comparison) => Work[])[] = [
  tenantWork,
  attributeWork,
  apiWork,
  appWork,
  consentWork,
  groupWork,
  userWork,
  memberWork,
  assignmentWork,
  administratorWork,
  userFlowWork,
  policyWork,
  pruneWork,
];

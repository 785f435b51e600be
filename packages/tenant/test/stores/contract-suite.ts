import { administrationSuite } from "./administration-suite.ts";
import { administratorSuite } from "./administrator-suite.ts";
import { authorizationSuite } from "./authorization-suite.ts";
import { credentialSuite } from "./credential-suite.ts";
import { directorySuite } from "./directory-suite.ts";
import { factorSuite } from "./factor-suite.ts";
import { grantSuite } from "./grant-suite.ts";
import { groupSuite } from "./group-suite.ts";
import { linkSuite } from "./link-suite.ts";
import { mailSuite } from "./mail-suite.ts";
import { mfaSuite } from "./mfa-suite.ts";
import type { MakePlace } from "./open-test-store.ts";
import { outboxSuite } from "./outbox-suite.ts";
import { passkeySuite } from "./passkey-suite.ts";
import { passwordSuite } from "./password-suite.ts";
import { refreshSuite } from "./refresh-suite.ts";
import { registrationSuite } from "./registration-suite.ts";
import { sessionSuite } from "./session-suite.ts";
import { tenantSuite } from "./tenant-suite.ts";
import { tokenSuite } from "./token-suite.ts";
import { userFlowSuite } from "./user-flow-suite.ts";
import { withdrawalSuite } from "./withdrawal-suite.ts";

/** What every store must do, whatever it keeps its rows in. */
export function contractSuite(makePlace: MakePlace): void {
  grantSuite(makePlace);
  authorizationSuite(makePlace);
  tokenSuite(makePlace);
  withdrawalSuite(makePlace);
  refreshSuite(makePlace);
  directorySuite(makePlace);
  registrationSuite(makePlace);
  administrationSuite(makePlace);
  administratorSuite(makePlace);
  credentialSuite(makePlace);
  sessionSuite(makePlace);
  groupSuite(makePlace);
  linkSuite(makePlace);
  passwordSuite(makePlace);
  userFlowSuite(makePlace);
  mailSuite(makePlace);
  outboxSuite(makePlace);
  factorSuite(makePlace);
  mfaSuite(makePlace);
  passkeySuite(makePlace);
  tenantSuite(makePlace);
}

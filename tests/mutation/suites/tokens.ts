import { authorizationSuite } from "../../../packages/tenant/test/stores/authorization-suite.ts";
import { mfaSuite } from "../../../packages/tenant/test/stores/mfa-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";
import { refreshSuite } from "../../../packages/tenant/test/stores/refresh-suite.ts";
import { tokenSuite } from "../../../packages/tenant/test/stores/token-suite.ts";

tokenSuite(sqliteMemory);
refreshSuite(sqliteMemory);
authorizationSuite(sqliteMemory);
mfaSuite(sqliteMemory);

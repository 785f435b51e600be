import { authorizationSuite } from "../../../packages/tenant/test/stores/authorization-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

authorizationSuite(sqliteMemory);

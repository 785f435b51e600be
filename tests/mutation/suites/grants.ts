import { grantSuite } from "../../../packages/tenant/test/stores/grant-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

grantSuite(sqliteMemory);

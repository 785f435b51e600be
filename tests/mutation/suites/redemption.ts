import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";
import { tokenSuite } from "../../../packages/tenant/test/stores/token-suite.ts";

tokenSuite(sqliteMemory);

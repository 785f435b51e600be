import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";
import { refreshSuite } from "../../../packages/tenant/test/stores/refresh-suite.ts";

refreshSuite(sqliteMemory);

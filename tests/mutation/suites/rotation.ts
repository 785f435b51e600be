import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";
import { refreshSuite } from "../../../packages/tenant/test/storage/refresh-suite.ts";

refreshSuite(sqliteMemory);

import { administratorSuite } from "../../../packages/tenant/test/stores/administrator-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

administratorSuite(sqliteMemory);

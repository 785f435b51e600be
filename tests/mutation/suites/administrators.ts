import { administratorSuite } from "../../../packages/tenant/test/storage/administrator-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

administratorSuite(sqliteMemory);

import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";
import { tokenSuite } from "../../../packages/tenant/test/storage/token-suite.ts";

tokenSuite(sqliteMemory);

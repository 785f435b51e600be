import { accessSuite } from "../../../packages/tenant/test/storage/access-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

accessSuite(sqliteMemory);

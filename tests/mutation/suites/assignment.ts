import { groupSuite } from "../../../packages/tenant/test/storage/group-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

groupSuite(sqliteMemory);

import { groupSuite } from "../../../packages/tenant/test/stores/group-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

groupSuite(sqliteMemory);

import { administratorSuite } from "../../../packages/tenant/test/stores/administrator-suite.ts";
import { directorySuite } from "../../../packages/tenant/test/stores/directory-suite.ts";
import { groupSuite } from "../../../packages/tenant/test/stores/group-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

directorySuite(sqliteMemory);
administratorSuite(sqliteMemory);
groupSuite(sqliteMemory);

import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";
import { withdrawalSuite } from "../../../packages/tenant/test/stores/withdrawal-suite.ts";

withdrawalSuite(sqliteMemory);

import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";
import { withdrawalSuite } from "../../../packages/tenant/test/storage/withdrawal-suite.ts";

withdrawalSuite(sqliteMemory);

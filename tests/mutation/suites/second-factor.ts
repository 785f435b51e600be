import { mfaSuite } from "../../../packages/tenant/test/stores/mfa-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/stores/open-test-store.ts";

mfaSuite(sqliteMemory);

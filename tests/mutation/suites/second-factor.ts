import { mfaSuite } from "../../../packages/tenant/test/storage/mfa-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

mfaSuite(sqliteMemory);

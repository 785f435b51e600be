import { grantRecordsSuite } from "../../../packages/tenant/test/storage/grant-records-suite.ts";
import { grantSuite } from "../../../packages/tenant/test/storage/grant-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

grantSuite(sqliteMemory);
grantRecordsSuite(sqliteMemory);

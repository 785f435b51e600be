import { authorizationSuite } from "../../../packages/tenant/test/storage/authorization-suite.ts";
import { sqliteMemory } from "../../../packages/tenant/test/storage/open-test-store.ts";

authorizationSuite(sqliteMemory);

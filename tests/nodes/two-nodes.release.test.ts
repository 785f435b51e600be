// Own process: the tests that it imports open their tenants on two nodes.
import { describe } from "node:test";
import { place } from "../../packages/tenant/test/fixtures/place.ts";
import { filesForNodes } from "./files.ts";

place.nodes = 2;
for (const file of filesForNodes) describe(`two nodes: ${file}`, () => import(`../../${file}`));

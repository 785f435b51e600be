// The packages as npm would deliver them, in a project that has nothing else. They are packed once for all of this.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { describeCommands } from "./commands.ts";
import { describeContents } from "./contents.ts";
import { describeImports } from "./imports.ts";
import { describeLinters } from "./linters.ts";
import { publishedNames, root } from "./pack.ts";
import { packOnce } from "./packed.ts";
import { linksOf } from "./readme.ts";
import { describeSignIn } from "./sign-in.ts";
import { describeTypes } from "./types.ts";

const packed = await packOnce();
after(() => packed[Symbol.asyncDispose]());

test("the links of the READMEs lead to files that there are", async () => {
  for (const name of publishedNames) {
    const links = await linksOf(name);
    assert.ok(links.length > 0);
    for (const link of links) assert.ok(existsSync(join(root, link)), `${name}: ${link}`);
  }
});

describeContents(packed);
describeLinters(packed);
describeImports(packed);
describeTypes(packed);
describeCommands(packed);
describeSignIn(packed);

// The packages as npm would deliver them, in a project that has nothing else. They are packed once for all tests.
import { after } from "node:test";
import { describeCommands } from "./commands.ts";
import { describeContents } from "./contents.ts";
import { describeImports } from "./imports.ts";
import { describeLinters } from "./linters.ts";
import { packOnce } from "./packed.ts";
import { describeSignIn } from "./sign-in.ts";
import { describeTree } from "./tree.ts";
import { describeTypes } from "./types.ts";

const packed = await packOnce();
after(() => packed[Symbol.asyncDispose]());

describeContents(packed);
describeLinters(packed);
describeImports(packed);
describeTypes(packed);
describeCommands(packed);
describeSignIn(packed);
describeTree(packed);

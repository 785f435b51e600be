import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arrowsOf, canWrite, circlesOf, edgesOf, exceptions, mayImport, roomOf, upwardArrows } from "./rooms.ts";
import { projectFiles } from "./source-files.ts";

const files = projectFiles();
const arrows = arrowsOf(files);

describe("the folders of the tenant", () => {
  const folders = new Set(files.map(({ path }) => roomOf(path)).filter((room) => room !== undefined));
  const upward = upwardArrows(arrows.keys());
  const withoutExceptions = [...arrows.keys()].filter((arrow) => !exceptions.includes(arrow));
  const circles = circlesOf(edgesOf(arrows.keys()));
  console.log(
    `tenant: ${folders.size} folders, ${upward.length} arrows up, ${circles.length} circles, ${exceptions.length} exceptions`,
  );

  test("match the folders in the rules", () => {
    assert.deepEqual([...folders].sort(), Object.keys(mayImport).sort());
  });

  test("import only what the rules allow", () => {
    const forbidden = [...arrows].filter(([arrow]) => {
      const [from = "", to = ""] = arrow.split(" → ");
      return !mayImport[from]?.includes(to) && !exceptions.includes(arrow);
    });
    assert.deepEqual(forbidden, []);
  });

  test("the rules allow no unused and no upward import", () => {
    const unused = Object.entries(mayImport).flatMap(([from, tos]) =>
      tos.map((to) => `${from} → ${to}`).filter((arrow) => !arrows.has(arrow)),
    );
    assert.deepEqual(unused, []);
    assert.deepEqual(
      exceptions.filter((arrow) => !arrows.has(arrow)),
      [],
    );
    assert.deepEqual(upward.sort(), [...exceptions].sort());
  });

  test("have no import cycle except the listed exceptions", () =>
    assert.deepEqual(circlesOf(edgesOf(withoutExceptions)), []));
});

test("Graph and the socket pass the store to the admin room, and write nothing themselves", () => {
  // These files connect the rooms: they assemble Graph's call and the operator.
  assert.deepEqual(canWrite(files), ["control/server.ts", "graph/register.ts"]);
  for (const { path, text } of files.filter(({ path }) =>
    /tenant\/src\/(control\/server|graph\/register)\.ts$/.test(path),
  )) {
    const used = [...text.matchAll(/\bstore\.(\w+)/g)].map(([, part]) => part);
    assert.deepEqual(used, path.endsWith("register.ts") ? ["throttle"] : [], path);
  }
  const planted = {
    path: "packages/tenant/src/graph/users/a.ts",
    text: 'import type { Store } from "../../storage/store.ts";',
  };
  assert.deepEqual(canWrite([planted]), ["graph/users/a.ts"]);
  assert.deepEqual(canWrite([{ ...planted, text: planted.text.replace("Store", "StoreReader") }]), []);
});

test("imports are found in both directions, and cycles with all their members", () => {
  const planted = arrowsOf([
    { path: "packages/tenant/src/directory/a.ts", text: 'import type { x } from "../server/b.ts";' },
    { path: "packages/tenant/src/server/b.ts", text: 'const x = await import("../directory/a.ts");' },
    { path: "packages/tenant/src/server/c.ts", text: 'import { x } from "./b.ts";' },
  ]);
  assert.deepEqual([...planted.keys()], ["directory → server", "server → directory"]);
  assert.deepEqual(upwardArrows(planted.keys()), ["directory → server"]);
  assert.deepEqual(circlesOf(edgesOf(planted.keys())), [["directory", "server"]]);
});

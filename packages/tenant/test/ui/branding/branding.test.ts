import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { startTestTenant } from "../../fixtures/start-test-tenant.ts";

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#c2185b"/></svg>';

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe("how a tenant looks", () => {
  test("name, color and logo are on its pages, and survive a restart without them", async (t) => {
    const dataDir = await folder(t);
    const logoFile = join(dataDir, "logo.svg");
    await writeFile(logoFile, svg);
    const place = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    for (const branding of [{ name: "Fabrikam", colour: "#C2185B", logoFile }, undefined]) {
      await using tenant = await startTestTenant({ ...place, ...(branding && { branding }) });
      const page = await (await tenant.fetch(`${tenant.pages}/device`)).text();
      assert.match(page, /<bdi>Fabrikam<\/bdi>/);
      assert.match(page, /--brand:#c2185b/);
      const src = /<img class="logo" src="([^"]*)" alt=""/.exec(page)?.[1];
      const logo = await tenant.fetch(`${tenant.pages}${src}`);
      assert.equal(logo.headers.get("content-type"), "image/svg+xml");
      assert.match(logo.headers.get("content-security-policy") ?? "", /default-src 'none'.*sandbox/);
      assert.equal(await logo.text(), svg);
    }
    await using plain = await startTestTenant({ ...place, branding: { logoFile: null } });
    const page = await (await plain.fetch(`${plain.pages}/device`)).text();
    assert.match(page, /Fabrikam/);
    assert.doesNotMatch(page, /<img/);
    assert.equal((await plain.fetch(`${plain.pages}/branding/logo`)).status, 404);
  });

  test("an invalid color, image or name is refused with an explanation, and changes nothing", async (t) => {
    const dataDir = await folder(t);
    const file = async (name: string, content: string | Buffer) => {
      await writeFile(join(dataDir, name), content);
      return join(dataDir, name);
    };
    const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(70_000)]);
    const refused = [
      [{ colour: "red" }, "branding_refused", /#rrggbb/],
      [{ colour: "#fff;}body{display:none" }, "branding_refused", /#rrggbb/],
      [{ name: " " }, "branding_refused", /1 to 60/],
      [{ name: "Contoso\u202e" }, "branding_refused", /1 to 60/],
      [{ logoFile: join(dataDir, "none.png") }, "logo_refused", /Check the path/],
      [{ logoFile: await file("page.html", "<html><svg></svg></html>") }, "logo_refused", /PNG, JPEG, WebP or SVG/],
      [{ logoFile: await file("huge.png", png) }, "logo_refused", /smaller/],
    ] as const;
    const place = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
    for (const [branding, code, hint] of refused) {
      await assert.rejects(startTestTenant({ ...place, branding }), (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, code);
        assert.match(error.hint, hint);
        return true;
      });
    }
    await using tenant = await startTestTenant(place);
    const page = await (await tenant.fetch(`${tenant.pages}/device`)).text();
    assert.match(page, /<bdi>Doorcode<\/bdi>/);
    assert.match(page, /--brand:#3b5bdb/);
  });
});

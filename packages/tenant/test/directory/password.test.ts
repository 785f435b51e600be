import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPassword, HashingBusy, hashPassword, verifyPassword } from "../../src/directory/password.ts";

const about = { email: "grace.hopper@navy.example", tenantName: "Blue Yonder" };

describe("passwords", () => {
  test("eight characters do and 128 do, counted as a person counts them", async () => {
    assert.equal(await checkPassword("1234567", about), "short");
    assert.equal(await checkPassword("🦉🦊🐝🐢", about), "short");
    assert.equal(await checkPassword("zebra-hx", about), null);
    assert.equal(await checkPassword(`${"hx z".repeat(32)}`, about), null);
    assert.equal(await checkPassword(`${"hx z".repeat(32)}h`, about), "long");
    assert.equal(await checkPassword("e\u0301".repeat(4), about), "short", "NFC: four characters");
  });

  test("what attackers try first is refused, in any case", async () => {
    for (const password of [
      "password",
      "PassWord",
      "12345678",
      "qwertyuiop",
      "iloveyou1",
      "Summer2024!",
      "letmein123",
    ]) {
      assert.equal(await checkPassword(password, about), "common", password);
    }
    for (const password of ["dragon12345", "aaaaaaaaaa", "p@ssw0rd123", "Welcome2026", "2024summer", "123Monkey!"]) {
      assert.equal(await checkPassword(password, about), "common", password);
    }
  });

  test("so are patterns: a repeated word, a keyboard row, a sequence of characters", async () => {
    for (const password of [
      "12121212",
      "xyzxyzxyz",
      "hallohallo",
      "poiuytrewq",
      "ABCDEFGHIJ",
      "98765432",
      "acegikmo",
    ]) {
      assert.equal(await checkPassword(password, about), "common", password);
    }
    for (const password of ["monkey and tiger", "summer of 2024 was wet", "dragon-74-herons", "abcdefghz"]) {
      assert.equal(await checkPassword(password, about), null, password);
    }
  });

  test("words of the account are refused: the address, its name, the tenant, the product", async () => {
    for (const password of [
      "grace.hopper@navy.example",
      "Grace.Hopper1",
      "blueyonder!",
      "Blue Yonder",
      "yonder123",
      "doorcode",
      "Doorcode2026",
      "doorcodedoorcode",
    ]) {
      assert.equal(await checkPassword(password, about), "common", password);
    }
    assert.equal(await checkPassword("seven slow herons", about), null);
    assert.equal(await checkPassword("yonder seven herons", about), null);
  });

  test("no rules of composition", async () => {
    for (const password of ["hxkvtqzw", "48201957", "!?!§$%&/", "        x", "многодождя"]) {
      assert.equal(await checkPassword(password, about), null, password);
    }
  });

  test("a hash is Argon2id with OWASP's cost, verifies its password in any Unicode form, and no other", async () => {
    const stored = await hashPassword("caf\u00e9 at noon");
    assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal(await verifyPassword(stored, "cafe\u0301 at noon"), true);
    assert.equal(await verifyPassword(stored, "cafe at noon"), false);
    assert.equal(await verifyPassword(null, "caf\u00e9 at noon"), false);
    assert.equal(await verifyPassword(null, ""), false);
  });

  test("too many at once are refused rather than piled up, and those in line are served", async () => {
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword(null, "x")));
    const refused = all.filter((one) => one.status === "rejected");
    assert.ok(refused.length > 0 && refused.length < 10, `${refused.length} refused`);
    for (const one of refused) assert.ok(one.reason instanceof HashingBusy);
    assert.equal(await verifyPassword(null, "x"), false, "and the queue moves on");
  });
});

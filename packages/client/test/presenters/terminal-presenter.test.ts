import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { terminalPresenter } from "../../src/presenters/terminal-presenter.ts";
import { about, account, codeEvent, escapes, manualClock, output, screenOf } from "./presenter-fixtures.ts";
import { reflowingTerminal } from "./reflowing-terminal.ts";

const utf8 = { LANG: "C.UTF-8", TERM: "xterm-256color" };

async function shown(
  options: Partial<Parameters<typeof terminalPresenter>[0]> & { origin?: string; size?: Parameters<typeof output>[0] },
) {
  const stream = output(options.size);
  const clock = manualClock();
  const presenter = terminalPresenter({ stream, env: utf8, clock, ...options });
  await presenter.show(codeEvent(options.origin), about);
  return { stream, clock, presenter, lines: () => screenOf(stream.text) };
}

describe("the terminal presenter", () => {
  for (const columns of [40, 80]) {
    test(`shows URL, code, program name and the warning within ${columns} columns`, async () => {
      const { presenter, lines } = await shown({ size: { columns }, appName: "ToDo list", deviceName: "tv-3" });
      presenter.end?.("cancelled");
      const text = lines().join("\n");
      assert.match(text, /https:\/\/contoso\.example\/device(?!\?)/);
      assert.match(text, /WDJB-MJHT/);
      assert.match(text.replace(/\s+/g, " "), /Sign in to use ToDo list on .*tv-3/);
      assert.match(text, /Issuer: login\.contoso\.example/);
      assert.match(text, /code that someone sent you/);
      for (const line of lines()) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    });
  }

  test("leaves no rows of a countdown that a narrower terminal wrapped", async () => {
    const terminal = reflowingTerminal({ columns: 100, rows: 40 });
    const clock = manualClock();
    const presenter = terminalPresenter({ stream: terminal, env: utf8, clock });
    await presenter.show(codeEvent("http://localhost:8444"), about);
    terminal.columns = 30;
    for (const left of ["14:59", "14:58"]) {
      await clock.advance(1_000);
      const counted = terminal.rowsShown().filter((row) => /left|good for|Waiting/.test(row));
      assert.deepEqual(counted, [`  Waiting · ${left} left`]);
    }
    presenter.end?.("cancelled");
  });

  test("redraws the code in place at each new width, and leaves nothing of the old one", async () => {
    const terminal = reflowingTerminal({ columns: 100, rows: 40 });
    terminal.write("$ doorcode login\n");
    const clock = manualClock();
    const presenter = terminalPresenter({ stream: terminal, env: utf8, clock, appName: "ToDo list" });
    await presenter.show(codeEvent(), about);
    const wide = terminal.rowsShown();
    for (const columns of [44, 44, 30, 100, 44, 100]) {
      terminal.columns = columns;
      await clock.advance(1_000);
      // A QR code is loaded first.
      await new Promise((resolve) => setTimeout(resolve, 20));
      const rows = terminal.rowsShown();
      const text = rows.join("\n");
      assert.equal(text.split("WDJB-MJHT").length, 2, text);
      assert.equal(text.split("╰").length, 2, text);
      assert.equal(text.split("Sign in to use").length, 2, text);
      assert.equal(rows[0], "$ doorcode login", "what was there before stays");
      for (const row of rows) assert.ok(row.length <= columns, row);
    }
    assert.deepEqual(terminal.rowsShown().slice(0, -1), wide.slice(0, -1));
    presenter.end?.("cancelled");
  });

  test("draws nothing after its end, even if the terminal was resized at that moment", async () => {
    const terminal = reflowingTerminal({ columns: 100, rows: 40 });
    const clock = manualClock();
    const presenter = terminalPresenter({ stream: terminal, env: utf8, clock });
    await presenter.show(codeEvent(), about);
    terminal.columns = 44;
    const redrawn = clock.advance(1_000);
    // The QR code is being loaded now.
    await null;
    await null;
    presenter.end?.("cancelled");
    const left = terminal.rowsShown();
    await redrawn;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(terminal.rowsShown(), left);
  });

  test("keeps the URL for the browser whole on its own lines, in a narrow terminal too", async () => {
    const stream = output({ columns: 40 });
    const presenter = terminalPresenter({ stream, env: utf8, clock: manualClock(), appName: "ToDo list" });
    const url = `https://login.contoso.example/authorize?${"a=1&".repeat(300)}b=2`;
    await presenter.show({ event: "browser", url }, about);
    await presenter.show({ event: "signed_in", account }, about);
    const lines = screenOf(stream.text);
    assert.ok(lines.includes(url), "no indentation: it is to be copied");
    for (const line of lines) assert.ok(line === url || line.length <= 40, line);
    const text = lines.join(" ").replace(/\s+/g, " ");
    assert.match(
      text,
      /Sign in to use ToDo list .*open it on this computer: .*Issuer: login\.contoso\.example .*Waiting/,
    );
    assert.match(text, /Signed in as Ada/);
  });

  test("shows the client ID if the program has no name", async () => {
    const { presenter, lines } = await shown({ origin: "http://localhost:8444" });
    presenter.end?.("cancelled");
    assert.ok(lines().some((line) => line.includes(about.clientId)));
  });

  test("draws a QR code beside the text at 80 columns, above it on a tall narrow screen, and none if there is no room", async () => {
    const drawn = async (columns: number, rows: number) => {
      const { presenter, lines } = await shown({ size: { columns, rows } });
      presenter.end?.("cancelled");
      return lines();
    };
    assert.ok((await drawn(80, 24)).some((line) => /█.*WDJB-MJHT/.test(line)));
    const tall = await drawn(40, 50);
    assert.ok(tall.some((line) => line.includes("█")));
    assert.ok(!tall.some((line) => /█.*WDJB-MJHT/.test(line)));
    assert.ok(!(await drawn(40, 24)).some((line) => line.includes("█")));
  });

  test("draws none for a URL of this computer, and says to open it here", async () => {
    for (const host of ["localhost:8444", "127.0.0.1", "[::1]:81"]) {
      const { presenter, lines } = await shown({ origin: `http://${host}` });
      presenter.end?.("cancelled");
      assert.ok(!lines().some((line) => line.includes("█")), host);
      assert.ok(
        lines().some((line) => line.includes("on this computer")),
        host,
      );
    }
  });

  test("draws none if switched off, without colors, and without Unicode", async () => {
    for (const options of [{ qr: false }, { env: { ...utf8, NO_COLOR: "1" } }, { env: { LANG: "C", TERM: "xterm" } }]) {
      const { stream, presenter } = await shown(options);
      presenter.end?.("cancelled");
      assert.ok(!stream.text.includes("█"), JSON.stringify(options));
    }
  });

  test("writes no colors with NO_COLOR, and only ASCII if the locale is not UTF-8", async () => {
    const plain = await shown({ env: { ...utf8, NO_COLOR: "1" } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are escape sequences that end in m.
    assert.doesNotMatch(plain.stream.text, /\u001b\[[\d;]*m/);
    plain.presenter.end?.("cancelled");
    const ascii = await shown({ env: { TERM: "xterm" } });
    await ascii.presenter.show({ event: "retrying", reason: `${"long ".repeat(40)}`, delay: 5_000 }, about);
    await ascii.presenter.show({ event: "signed_in", account }, about);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is allowed.
    assert.match(ascii.stream.text, /^[\u0000-\u007f]*$/);
  });

  test("counts down on one line, and stops for good at the end", async () => {
    const { stream, clock, presenter, lines } = await shown({ origin: "http://localhost" });
    const height = lines().length;
    assert.match(lines().at(-1)!, /15:00/);
    for (let second = 0; second < 61; second++) await clock.advance(1_000);
    assert.match(lines().at(-1)!, /13:59/);
    assert.equal(lines().length, height);
    presenter.end?.("failed");
    assert.equal(lines().at(-1), "");
    const before = stream.text;
    await clock.advance(5_000);
    assert.equal(stream.text, before);
    assert.equal(clock.sleepers(), 0);
  });

  test("says that it tries again or slows down, within the width, and then waits again", async () => {
    for (const columns of [40, 80]) {
      const { clock, presenter, lines } = await shown({ origin: "http://localhost", size: { columns } });
      await presenter.show(
        { event: "retrying", reason: "the connection to login.contoso.example was reset", delay: 5_000 },
        about,
      );
      assert.match(lines().at(-1)!, /the connection to/);
      assert.ok(lines().at(-1)!.length < columns, lines().at(-1));
      await presenter.show({ event: "waiting", expiresAt: 900_000 }, about);
      await clock.advance(1_000);
      assert.match(lines().at(-1)!, /Waiting/);
      await presenter.show({ event: "slowed", interval: 10_000 }, about);
      assert.match(lines().at(-1)!, /busy/);
      assert.ok(lines().at(-1)!.length < columns, lines().at(-1));
      presenter.end?.("cancelled");
    }
  });

  test("names no system error code unless requested", async () => {
    const reason = "lost the connection to localhost:8443 (ECONNRESET)";
    for (const verbose of [false, true]) {
      const { presenter, lines } = await shown({ origin: "http://localhost", verbose, size: { columns: 100 } });
      await presenter.show({ event: "retrying", reason, delay: 5_000 }, about);
      const said = verbose ? reason : "lost the connection to localhost:8443";
      assert.ok(lines().at(-1)!.includes(`${said}; trying again`), lines().at(-1));
      presenter.end?.("cancelled");
    }
  });

  test("ends with who is signed in", async () => {
    const { presenter, clock, lines } = await shown({});
    await presenter.show({ event: "signed_in", account }, about);
    presenter.end?.("signed_in");
    assert.equal(lines().at(-2), "  ✓ Signed in as Ada (ada@contoso.example).");
    assert.equal(clock.sleepers(), 0);
  });

  test("never lets a name or reason move the cursor", async () => {
    const { stream, presenter } = await shown({ appName: "a\u001b[2Jb\nc", origin: "http://localhost" });
    const evil = "\u001b[31m\u202eevil\r\n";
    await presenter.show({ event: "retrying", reason: evil, delay: 1 }, about);
    await presenter.show({ event: "signed_in", account: { ...account, name: evil, username: evil } }, about);
    assert.doesNotMatch(stream.text, /\u202e/);
    assert.ok(!stream.text.includes("\u001b[2Jb") && !stream.text.includes("\u001b[31m"));
    assert.match(stream.text, escapes);
  });
});

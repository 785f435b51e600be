import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { defaultLocale, type Locale, locales } from "../../src/messages/languages.ts";
import { samples } from "./sample-views.ts";
import { type Served, serveSamples } from "./serve-samples.ts";

const inPage = await readFile(new URL("in-page.js", import.meta.url), "utf8");
const screens = [
  { width: 320, height: 700 },
  { width: 390, height: 664 },
  { width: 1280, height: 720 },
];

/** What was seen on one page, in one load of it: loads are what takes the time here. */
interface Seen {
  name: string;
  complaints: string[];
  axe: string[];
  onScreens: { width: number; overflow: number; tooSmall: string[]; decisions: Decision[] }[];
  largeText: { rootFontSize: string; overflow: number; cutOff: string[] };
  /** The same in every language, so it is looked at in one. */
  once: Once | null;
}
interface Once {
  axeInDark: string[];
  hasField: boolean;
  fieldHasFocus: boolean;
  withoutBorder: string[];
  interactive: number;
  tabStops: { at: number; visible: boolean }[];
}
interface Decision {
  width: number;
  height: number;
  inSight: boolean;
}

let served: Served;
const seen: Seen[] = [];

before(
  async () => {
    served = await serveSamples();
    const queue = locales.flatMap((locale) => samples.map(({ name }) => ({ name, locale })));
    const tab = async () => {
      const context = await served.browser.newContext({ reducedMotion: "reduce" });
      const page = await context.newPage();
      for (let next = queue.shift(); next; next = queue.shift()) seen.push(await inspect(page, next.name, next.locale));
      await context.close();
    };
    await Promise.all([tab(), tab()]);
  },
  { timeout: 600_000 },
);
after(() => served.close());

async function inspect(page: Page, name: string, locale: Locale): Promise<Seen> {
  const complaints: string[] = [];
  page.removeAllListeners();
  page.on("console", (message) => {
    // Chromium's own line about a page whose status is not 200.
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));

  // Tall for axe, so that nothing lies behind the bar that stays in sight: contrast cannot be measured there.
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize({ width: 390, height: 2400 });
  await page.goto(served.addressOf(name, locale));
  await page.evaluate(inPage);
  await page.evaluate(axe.source);
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  const once = locale === defaultLocale ? await inspectOnce(page) : null;
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize({ width: 390, height: 2400 });
  const findings = await axeFindings(page, {});

  const onScreens: Seen["onScreens"] = [];
  for (const { width, height } of screens) {
    await page.setViewportSize({ width, height });
    onScreens.push({
      width,
      overflow: await look("overflow()"),
      tooSmall: await look("tooSmall()"),
      decisions: await look("decisions()"),
    });
  }

  await page.setViewportSize({ width: 390, height: 844 });
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  const largeText: Seen["largeText"] = {
    rootFontSize: await look("rootFontSize()"),
    overflow: await look("overflow()"),
    cutOff: await look("cutOff()"),
  };
  await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
  await session.detach();

  return { name: `${name} (${locale})`, complaints, axe: findings, onScreens, largeText, once };
}

async function inspectOnce(page: Page): Promise<Once> {
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  // Browsers act on autofocus when they first draw, which may be after the load.
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => drawn()))");
  const hasField = await look<boolean>("hasField()");
  const fieldHasFocus = await look<boolean>("fieldHasFocus()");
  await page.emulateMedia({ colorScheme: "dark" });
  const axeInDark = await axeFindings(page, { runOnly: ["color-contrast", "link-in-text-block"] });

  await page.emulateMedia({ forcedColors: "active" });
  const withoutBorder = await look<string[]>("withoutBorder()");
  await page.emulateMedia({ forcedColors: "none" });

  await page.setViewportSize({ width: 390, height: 844 });
  const interactive = await look<number>("interactive.length");
  const tabStops: Once["tabStops"] = [];
  await look("focusTop()");
  for (let i = 0; i < interactive; i++) {
    await page.keyboard.press("Tab");
    tabStops.push(await look("focused()"));
  }
  return { axeInDark, hasField, fieldHasFocus, withoutBorder, interactive, tabStops };
}

/** What axe finds wrong and what it could not decide: a page must leave it no doubt. */
async function axeFindings(page: Page, options: axe.RunOptions): Promise<string[]> {
  const { violations, incomplete } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, ${JSON.stringify({ resultTypes: ["violations", "incomplete"], ...options })})`,
  );
  return [...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

/** Runs a check on all that was seen. */
function everyPage(check: (page: Seen) => void): void {
  assert.equal(seen.length, samples.length * locales.length);
  for (const page of seen) check(page);
}

/** The same for what does not depend on the language. */
function everySample(check: (name: string, page: Once) => void): void {
  assert.equal(seen.filter(({ once }) => once !== null).length, samples.length);
  for (const { name, once } of seen) if (once) check(name, once);
}

describe("every page in a browser", () => {
  test("keeps within the content security policy and raises no error", () => {
    everyPage(({ name, complaints }) => assert.deepEqual(complaints, [], name));
  });

  test("gives axe nothing to find, light and dark", () => {
    everyPage(({ name, axe }) => assert.deepEqual(axe, [], name));
    everySample((name, { axeInDark }) => assert.deepEqual(axeInDark, [], name));
  });

  test("does not scroll sideways at 320, 390 and 1280 px", () => {
    everyPage(({ name, onScreens }) => {
      for (const { width, overflow } of onScreens) assert.equal(overflow, 0, `${name} at ${width} px`);
    });
  });

  test("gives whatever can be pressed at least 44 by 44 px", () => {
    everyPage(({ name, onScreens }) => {
      for (const { width, tooSmall } of onScreens) assert.deepEqual(tooSmall, [], `${name} at ${width} px`);
    });
  });

  test("bears text at 200 %: nothing sticks out, nothing is cut off", () => {
    everyPage(({ name, largeText }) => {
      assert.deepEqual(largeText, { rootFontSize: "34px", overflow: 0, cutOff: [] }, name);
    });
  });

  test("can be walked with the keyboard, in reading order, with the focus in sight", () => {
    everySample((name, { interactive, tabStops }) => {
      const expected = Array.from({ length: interactive }, (_, at) => ({ at, visible: true }));
      assert.deepEqual(tabStops, expected, name);
    });
  });

  test("has the focus in its first field; where there is only a decision, or a picture to look at first, nothing has it", () => {
    const pictureFirst = (name: string) => /^authenticator-set-up(-long)? /.test(name);
    everySample((name, { hasField, fieldHasFocus }) =>
      assert.equal(fieldHasFocus, hasField && !pictureFirst(name), name),
    );
  });

  test("shows the borders of buttons and fields in forced colours", () => {
    everySample((name, { withoutBorder }) => assert.deepEqual(withoutBorder, [], name));
  });

  test("makes yes and no equally large, both in sight without scrolling", () => {
    everyPage(({ name, onScreens }) => {
      for (const { width, decisions } of onScreens) {
        // For whom an app is not meant, or who cannot grant what it asks, can only go back.
        if (/^program-(?:no-access|needs-administrator)\b/.test(name)) assert.equal(decisions.length, 1, name);
        else if (!/^(?:confirm|consent)\b/.test(name)) assert.deepEqual(decisions, [], name);
        else {
          const [yes, no, ...others] = decisions;
          assert.deepEqual([yes, others], [no, []], name);
          assert.equal(no?.inSight, true, `${name} at ${width} px`);
        }
      }
    });
  });
});

test("the code field takes a paste of any case, with its dash, and shows a long code whole", async () => {
  const context = await served.browser.newContext({ viewport: { width: 320, height: 700 } });
  try {
    const page = await context.newPage();
    await page.goto(served.addressOf("enter-code"));
    await page.getByLabel("Code").focus();
    await page.keyboard.insertText("fsbfzm-bkwxr");
    assert.equal(await page.getByLabel("Code").inputValue(), "fsbfzm-bkwxr");
    const shown = await page.evaluate(`(() => {
      const field = document.activeElement;
      return { hidden: field.scrollWidth - field.clientWidth, transform: getComputedStyle(field).textTransform };
    })()`);
    assert.deepEqual(shown, { hidden: 0, transform: "uppercase" });
  } finally {
    await context.close();
  }
});

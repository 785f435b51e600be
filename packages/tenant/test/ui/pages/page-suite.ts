import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { defaultLocale, type Locale } from "../../../src/ui/i18n/languages.ts";
import { complaintsOf } from "../../fixtures/chromium.ts";
import { samples } from "./sample-views.ts";
import { type Served, serveSamples } from "./serve-samples.ts";

const inPage = await readFile(new URL("in-page.js", import.meta.url), "utf8");

export interface Screen {
  width: number;
  height: number;
}

/** Extent of the checks; axe and page loads take most of the time. */
export interface Extent {
  locales: readonly Locale[];
  screens: readonly Screen[];
  /** Also dark mode, forced colors, large text and the keyboard. */
  thorough: boolean;
}

/** Everything observed on one page in one load, because loads take most of the time. */
interface Seen {
  name: string;
  complaints: string[];
  axe: string[];
  onScreens: { width: number; overflow: number; tooSmall: string[]; decisions: Decision[]; covered: string[] }[];
  largeText: { rootFontSize: string; overflow: number; cutOff: string[] } | null;
  /** The same in every language, so it is checked in one. */
  once: Once | null;
}
interface Once {
  hasField: boolean;
  fieldHasFocus: boolean;
  thorough: Thorough | null;
}
interface Thorough {
  axeInDark: string[];
  withoutBorder: string[];
  interactive: number;
  tabStops: { at: number; visible: boolean }[];
}
interface Decision {
  width: number;
  height: number;
  inSight: boolean;
  /** Sticks to the edge of the screen. */
  stays: boolean;
  lines: number;
  hasRoom: boolean;
}

/** Violations and undecided results of axe: a page must cause neither. */
async function axeFindings(page: Page, options: axe.RunOptions): Promise<string[]> {
  const { violations, incomplete } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, ${JSON.stringify({ resultTypes: ["violations", "incomplete"], ...options })})`,
  );
  return [...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

async function inspect(page: Page, name: string, locale: Locale, address: string, extent: Extent): Promise<Seen> {
  page.removeAllListeners();
  const complaints = complaintsOf(page);

  // Tall for axe, so that nothing is behind the sticky bar: contrast cannot be measured there.
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize({ width: 390, height: 2400 });
  await page.goto(address);
  await page.evaluate(inPage);
  await page.evaluate(axe.source);
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  const once = locale === defaultLocale ? await inspectOnce(page, extent.thorough) : null;
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize({ width: 390, height: 2400 });
  const findings = await axeFindings(page, {});

  const onScreens: Seen["onScreens"] = [];
  for (const { width, height } of extent.screens) {
    await page.setViewportSize({ width, height });
    onScreens.push({
      width,
      overflow: await look("overflow()"),
      tooSmall: await look("tooSmall()"),
      decisions: await look("decisions()"),
      covered: await look("coveredByDecisions()"),
    });
  }

  const largeText = extent.thorough ? await inspectLargeText(page) : null;
  return { name: `${name} (${locale})`, complaints, axe: findings, onScreens, largeText, once };
}

async function inspectLargeText(page: Page): Promise<Seen["largeText"]> {
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  await page.setViewportSize({ width: 390, height: 844 });
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  const seen = {
    rootFontSize: await look<string>("rootFontSize()"),
    overflow: await look<number>("overflow()"),
    cutOff: await look<string[]>("cutOff()"),
  };
  await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
  await session.detach();
  return seen;
}

async function inspectOnce(page: Page, thorough: boolean): Promise<Once> {
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  // Browsers apply autofocus at the first paint, which may be after the load event.
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => drawn()))");
  const hasField = await look<boolean>("hasField()");
  const fieldHasFocus = await look<boolean>("fieldHasFocus()");
  return { hasField, fieldHasFocus, thorough: thorough ? await inspectThoroughly(page) : null };
}

async function inspectThoroughly(page: Page): Promise<Thorough> {
  const look = <T>(call: string) => page.evaluate<T>(`look.${call}`);
  await page.emulateMedia({ colorScheme: "dark" });
  const axeInDark = await axeFindings(page, { runOnly: ["color-contrast", "link-in-text-block"] });

  await page.emulateMedia({ forcedColors: "active" });
  const withoutBorder = await look<string[]>("withoutBorder()");
  await page.emulateMedia({ forcedColors: "none" });

  await page.setViewportSize({ width: 390, height: 844 });
  const interactive = await look<number>("interactive.length");
  const tabStops: Thorough["tabStops"] = [];
  await look("focusTop()");
  for (let i = 0; i < interactive; i++) {
    await page.keyboard.press("Tab");
    tabStops.push(await look("focused()"));
  }
  return { axeInDark, withoutBorder, interactive, tabStops };
}

/** Every page in Chromium, within `extent`. */
export function pageSuite(extent: Extent): void {
  let served: Served;
  const seen: Seen[] = [];
  before(
    async () => {
      served = await serveSamples();
      const queue = extent.locales.flatMap((locale) => samples.map(({ name }) => ({ name, locale })));
      const tab = async () => {
        const context = await served.browser.newContext({ reducedMotion: "reduce" });
        const page = await context.newPage();
        for (let next = queue.shift(); next; next = queue.shift()) {
          const address = served.addressOf(next.name, next.locale);
          seen.push(await inspect(page, next.name, next.locale, address, extent));
        }
        await context.close();
      };
      await Promise.all([tab(), tab()]);
    },
    { timeout: 1_200_000 },
  );
  after(() => served.close());

  /** Runs a check on everything observed. */
  function everyPage(check: (page: Seen) => void): void {
    assert.equal(seen.length, samples.length * extent.locales.length);
    for (const page of seen) check(page);
  }

  /** The same, for checks that do not depend on the language. */
  function everySample(check: (name: string, page: Once) => void): void {
    const once = seen.filter((page) => page.once !== null);
    assert.equal(once.length, samples.length);
    for (const page of once) check(page.name, page.once!);
  }

  function everySampleThoroughly(check: (name: string, page: Thorough) => void): void {
    everySample((name, { thorough }) => check(name, thorough!));
  }

  describe("every page in a browser", () => {
    test("keeps within the content security policy and raises no error", () => {
      everyPage(({ name, complaints }) => assert.deepEqual(complaints, [], name));
    });

    test("has no axe violations", () => {
      everyPage(({ name, axe }) => assert.deepEqual(axe, [], name));
    });

    test(`does not scroll sideways at ${extent.screens.map(({ width }) => width).join(", ")} px`, () => {
      everyPage(({ name, onScreens }) => {
        for (const { width, overflow } of onScreens) assert.equal(overflow, 0, `${name} at ${width} px`);
      });
    });

    test("has targets of at least 44 by 44 px", () => {
      everyPage(({ name, onScreens }) => {
        for (const { width, tooSmall } of onScreens) assert.deepEqual(tooSmall, [], `${name} at ${width} px`);
      });
    });

    test("focuses the first field; if there is only a decision, or something to look at first, it focuses nothing", () => {
      const lookFirst = (name: string) =>
        /^(authenticator-set-up(-long)?|my-device(-unnamed)?|my-deletion) /.test(name);
      everySample((name, { hasField, fieldHasFocus }) =>
        assert.equal(fieldHasFocus, hasField && !lookFirst(name), name),
      );
    });

    test("makes yes and no equally large, each on one line of a phone, both visible if code and destination leave room", () => {
      everyPage(({ name, onScreens }) => {
        for (const { width, decisions } of onScreens) {
          // A user who has no access, or cannot grant the request, can only go back.
          if (/^program-(?:no-access|needs-administrator)\b/.test(name)) assert.equal(decisions.length, 1, name);
          else if (!/^(?:device|program)-consent\b/.test(name)) assert.deepEqual(decisions, [], name);
          else {
            const [yes, no, ...others] = decisions.map(({ width, height }) => ({ width, height }));
            assert.deepEqual([yes, others], [no, []], name);
            for (const { lines, stays, inSight, hasRoom } of decisions) {
              if (width < 480) assert.equal(lines, 1, `${name} at ${width} px`);
              if (stays) assert.equal(inSight, hasRoom, `${name} at ${width} px`);
            }
          }
        }
      });
    });

    test("keeps yes and no visible, but below a warning and what a renewal could add, which are read first", () => {
      everyPage(({ name, onScreens }) => {
        const view = samples.find((sample) => sample.name === name.split(" ")[0])?.view;
        if (view?.page !== "device_consent" && view?.page !== "program_consent") return;
        const warned = view.fresh.some(({ kind }) => kind === "administration") || view.problem !== null;
        const elsewhere = view.page === "device_consent" && view.network === "other_network";
        const stays = !warned && !elsewhere && view.byRenewal.length === 0;
        for (const { width, decisions } of onScreens) {
          assert.deepEqual(
            decisions.map((each) => each.stays),
            [stays, stays],
            `${name} at ${width} px`,
          );
        }
      });
    });

    test("never lets yes and no cover or precede the code, the warning or the destination", () => {
      everyPage(({ name, onScreens }) => {
        for (const { width, covered } of onScreens) assert.deepEqual(covered, [], `${name} at ${width} px`);
      });
    });

    if (!extent.thorough) return;

    test("has no axe violations in dark mode", () => {
      everySampleThoroughly((name, { axeInDark }) => assert.deepEqual(axeInDark, [], name));
    });

    test("works at 200 % text size: nothing overflows, nothing is cut off", () => {
      everyPage(({ name, largeText }) => {
        assert.deepEqual(largeText, { rootFontSize: "34px", overflow: 0, cutOff: [] }, name);
      });
    });

    test("is usable with the keyboard, in reading order, with visible focus", () => {
      everySampleThoroughly((name, { interactive, tabStops }) => {
        const expected = Array.from({ length: interactive }, (_, at) => ({ at, visible: true }));
        assert.deepEqual(tabStops, expected, name);
      });
    });

    test("shows the borders of buttons and fields in forced colors", () => {
      everySampleThoroughly((name, { withoutBorder }) => assert.deepEqual(withoutBorder, [], name));
    });
  });
}

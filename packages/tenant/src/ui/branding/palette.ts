import { clampChroma, formatHex, modeLrgb, modeOklch, modeRgb, parse, useMode, wcagContrast } from "culori/fn";

// Only what is used of the library's three dozen colour spaces: loading them all takes a tenth of a second.
useMode(modeRgb);
useMode(modeLrgb);
const oklch = useMode(modeOklch);

/** The tenant's colour as the pages use it, in one colour scheme. `#rrggbb` all. */
export interface Palette {
  /** Buttons, links, the mark. */
  brand: string;
  /** The same under the pointer. */
  brandDeep: string;
  /** Text on both. */
  onBrand: string;
  /** A quiet background that the colour can stand on. */
  brandWash: string;
}

export interface Palettes {
  light: Palette;
  dark: Palette;
}

/** What the colour stands on (pages/style.ts): paper and card. */
export const surfaces = { light: ["#f6f5f2", "#ffffff"], dark: ["#131316", "#1d1d22"] } as const;

/** WCAG 2.2 §1.4.3 for text, with a little in hand for rounding. */
const ENOUGH = 4.6;
const STEP = 0.005;

/** `#3b5bdb` or `#35d`; nothing else is taken from a configuration. */
export function isColour(text: string): boolean {
  return /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);
}

/**
 * Whatever colour an organization has, its pages can be read: the colour keeps its hue and gets as much darker (on light
 * pages) or lighter (on dark ones) as the contrast needs.
 * @throws TypeError when `colour` is not of the form that `isColour` accepts
 */
export function palettesOf(colour: string): Palettes {
  if (!isColour(colour)) throw new TypeError("a colour is #rgb or #rrggbb");
  return { light: paletteOn("light", colour), dark: paletteOn("dark", colour) };
}

function paletteOn(scheme: "light" | "dark", colour: string): Palette {
  const { l, c, h = 0 } = oklch(parse(colour)!);
  const wash = hex(scheme === "light" ? 0.945 : 0.31, Math.min(c, 0.045), h);
  const grounds = [...surfaces[scheme], wash];
  const direction = scheme === "light" ? -1 : 1;
  // On dark pages a deep colour would sink: it starts where it is bright enough to be seen as itself.
  let lightness = scheme === "light" ? l : Math.max(l, 0.72);
  const chroma = scheme === "light" ? c : Math.min(c, 0.15);
  while (grounds.some((ground) => wcagContrast(hex(lightness, chroma, h), ground) < ENOUGH)) {
    lightness += direction * STEP;
  }
  const brand = hex(lightness, chroma, h);
  // White goes on what is dark enough for the page, and a deep ink of the same hue on what is light enough.
  const onBrand = wcagContrast("#ffffff", brand) >= ENOUGH ? "#ffffff" : hex(0.2, Math.min(c, 0.06), h);
  return { brand, brandDeep: hex(lightness + direction * 0.05, chroma, h), onBrand, brandWash: wash };
}

/** The nearest colour of this lightness and hue that a screen has. */
function hex(l: number, c: number, h: number): string {
  return formatHex(clampChroma({ mode: "oklch", l: Math.min(1, Math.max(0, l)), c, h }, "oklch"));
}

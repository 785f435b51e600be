import { clampChroma, formatHex, modeLrgb, modeOklch, modeRgb, parse, useMode, wcagContrast } from "culori/fn";

// Only the color spaces used here: loading all of them takes a tenth of a second.
useMode(modeRgb);
useMode(modeLrgb);
const oklch = useMode(modeOklch);

/** The tenant's color as the pages use it, in one color scheme. All values are `#rrggbb`. */
export interface Palette {
  /** Buttons, links, the logo mark. */
  brand: string;
  /** The same, hovered. */
  brandDeep: string;
  /** Text on `brand` and `brandHover`. */
  onBrand: string;
  /** A quiet background with enough contrast for the color. */
  brandWash: string;
}

export interface Palettes {
  light: Palette;
  dark: Palette;
}

/** The backgrounds of the color (components/style.ts): page and card. */
export const surfaces = { light: ["#f6f5f2", "#ffffff"], dark: ["#131316", "#1d1d22"] } as const;

/** WCAG 2.2 §1.4.3 for text, with a margin for rounding. */
const ENOUGH = 4.6;
const STEP = 0.005;

/** `#3b5bdb` or `#35d`. A configuration can use no other form. */
export function isColour(text: string): boolean {
  return /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text);
}

/**
 * Keeps pages readable with any color: the hue stays, and the color gets as much darker (on light pages) or lighter (on
 * dark pages) as the contrast requires.
 *
 * @throws TypeError if `isColour` rejects `colour`
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
  // Deep colors are too dark for dark pages, so the search starts at a lightness where the color is recognizable.
  let lightness = scheme === "light" ? l : Math.max(l, 0.72);
  const chroma = scheme === "light" ? c : Math.min(c, 0.15);
  while (grounds.some((ground) => wcagContrast(hex(lightness, chroma, h), ground) < ENOUGH)) {
    lightness += direction * STEP;
  }
  const brand = hex(lightness, chroma, h);
  // White text on colors that are dark enough for the page, a deep ink of the same hue on light ones.
  const onBrand = wcagContrast("#ffffff", brand) >= ENOUGH ? "#ffffff" : hex(0.2, Math.min(c, 0.06), h);
  return { brand, brandDeep: hex(lightness + direction * 0.05, chroma, h), onBrand, brandWash: wash };
}

/** The nearest displayable color of this lightness and hue. */
function hex(l: number, c: number, h: number): string {
  return formatHex(clampChroma({ mode: "oklch", l: Math.min(1, Math.max(0, l)), c, h }, "oklch"));
}

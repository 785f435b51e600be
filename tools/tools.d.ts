/** The types of what TypeScript takes from the set-up in plain JavaScript. */
declare module "*/tools/runtime.mjs" {
  export const root: string;
  export function node20(): string;
  export function node24(): string;
}
declare module "*/tools/build.mjs" {
  export function build(): void;
}
declare module "*/tools/chromium.mjs" {
  export function findChromium(): string;
}
declare module "*/tools/js-templates.mjs" {
  export function javascriptTemplates(): Map<string, string>;
}

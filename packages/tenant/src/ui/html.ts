let fromTrusted: (markup: string) => Html;

/** Markup produced by `html`. Nothing else can create one, so a string is never mistaken for markup. */
export class Html {
  readonly #markup: string;
  private constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
  static {
    fromTrusted = (markup) => new Html(markup);
  }
}

/** Values allowed in `${}`. Null, undefined and false render nothing; arrays are joined. */
export type Child = Html | string | number | null | undefined | false | readonly Child[];

type Place = "text" | "tag" | "quoted";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

/**
 * The template of all pages. It escapes text and quoted attribute values. Other positions accept no text: inside a tag,
 * outside quotes, only `attrs()` is allowed, because a space there would start a new attribute.
 */
export function html(strings: TemplateStringsArray, ...values: Child[]): Html {
  const places = placesOf(strings);
  let markup = strings[0]!;
  values.forEach((value, i) => {
    markup += render(value, places[i]!) + strings[i + 1]!;
  });
  return fromTrusted(markup);
}

function render(value: Child, place: Place): string {
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "object" && !(value instanceof Html)) return value.map((item) => render(item, place)).join("");
  if (value instanceof Html) {
    if (place === "quoted") throw new TypeError("markup inside a quoted attribute; pass the text itself");
    return value.toString();
  }
  if (place === "tag") throw new TypeError("text inside a tag, outside quotes; quote it or use attrs()");
  return escapeText(String(value));
}

/** The markup with a capital letter at its beginning, if it begins with a letter and not with an element. */
export const capitalized = (markup: Html): Html =>
  fromTrusted(markup.toString().replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()));

const known = new WeakMap<TemplateStringsArray, Place[]>();

/** The position of each hole in a template, parsed once per template. */
function placesOf(strings: TemplateStringsArray): Place[] {
  let places = known.get(strings);
  if (places) return places;
  places = [];
  let place: Place = "text";
  let quote = "";
  for (const part of strings) {
    for (const character of part) {
      if (place === "text") {
        if (character === "<") place = "tag";
      } else if (place === "quoted") {
        if (character === quote) place = "tag";
      } else if (character === ">") place = "text";
      else if (character === '"' || character === "'") {
        place = "quoted";
        quote = character;
      }
    }
    places.push(place);
  }
  known.set(strings, places);
  return places;
}

/**
 * Attributes of one tag. True renders the bare name; null, undefined and false omit the attribute. Event handlers and
 * `style` are refused, because the CSP blocks them.
 */
export function attrs(attributes: Record<string, string | number | boolean | null | undefined>): Html {
  let markup = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[a-z][a-z-]*$/.test(name) || name.startsWith("on") || name === "style") {
      throw new TypeError(`attribute ${JSON.stringify(name)} is not allowed on a page`);
    }
    if (value === null || value === undefined || value === false) continue;
    markup += value === true ? ` ${name}` : ` ${name}="${escapeText(String(value))}"`;
  }
  return fromTrusted(markup);
}

/** The `<script>` of a page, at most one. Its text is fixed; its data is in attributes. */
export function scriptElement(source: string, nonce: string): Html {
  if (source.includes("</") || source.includes("<!--")) throw new TypeError("a script cannot contain </ or <!--");
  return fromTrusted(`<script${attrs({ nonce })}>${source}</script>`);
}

/** The `<style>` of a page. Its text is fixed and contains nothing from a request. */
export function styleElement(css: string, nonce: string): Html {
  if (css.includes("</")) throw new TypeError("a style sheet cannot contain </");
  return fromTrusted(`<style${attrs({ nonce })}>${css}</style>`);
}

// Runs inside the page under test (plain JavaScript, because the sources are checked without DOM types).
const pressable = [
  ...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]):not([tabindex='-1'])"),
];

/** Tab stops once per group of radio buttons: at the chosen one, or at the first. */
const isTabStop = (element) => {
  if (!element.matches("[type=radio]")) return true;
  const group = pressable.filter(({ name }) => name === element.name);
  return element === (group.find(({ checked }) => checked) ?? group[0]);
};

function linesOf(element) {
  const text = document.createRange();
  text.selectNodeContents(element);
  return new Set([...text.getClientRects()].map(({ top }) => top)).size;
}

globalThis.look = {
  /** Everything that can be clicked or filled in, in keyboard order. */
  interactive: [...document.querySelectorAll("a[href], button, summary, input, [tabindex='0']")].filter(
    (element) => element.tabIndex === 0 && element.type !== "hidden" && isTabStop(element),
  ),

  overflow() {
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  },

  rootFontSize() {
    return getComputedStyle(document.documentElement).fontSize;
  },

  tooSmall() {
    return pressable
      .map((element) => ({ element, box: (element.closest("label") ?? element).getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ element, box }) => `${box.width}×${box.height} ${element.outerHTML}`);
  },

  cutOff() {
    return [...document.querySelectorAll("h1, h2, p, li, dt, dd, label, .button, .link, .text-button")]
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.outerHTML);
  },

  withoutBorder() {
    const behind = getComputedStyle(document.body).backgroundColor;
    return [...document.querySelectorAll(".button, .input")]
      .filter((element) => {
        const { borderTopStyle, borderTopColor } = getComputedStyle(element);
        return borderTopStyle === "none" || borderTopColor === behind;
      })
      .map((element) => element.outerHTML);
  },

  hasField() {
    return this.interactive.some((element) => element.matches("input"));
  },

  fieldHasFocus() {
    return document.activeElement.matches("input");
  },

  /** The next Tab starts at the top, regardless of the focus. */
  focusTop() {
    const start = document.createElement("span");
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
  },

  /** Which of `interactive` has the focus, and whether that is visible. */
  focused() {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return {
      at: this.interactive.indexOf(document.activeElement),
      visible: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
    };
  },

  /**
   * Sizes and lines of yes and no, whether they stick, whether they are visible, and whether they fit below what must
   * be seen first.
   */
  decisions() {
    const room = document.querySelector(".decision");
    const form = document.querySelector("#decide")?.getBoundingClientRect();
    return [...document.querySelectorAll("[name=decision][value=yes], [name=decision][value=no]")].map((button) => {
      const { width, height, top, bottom } = button.getBoundingClientRect();
      const hasRoom = room === null || innerHeight - room.getBoundingClientRect().top >= bottom - form.top;
      return {
        width: Math.round(width),
        height: Math.round(height),
        inSight: top >= 0 && bottom <= innerHeight,
        hasRoom,
        stays: getComputedStyle(button.form).position === "sticky",
        lines: linesOf(button),
      };
    });
  },

  /** What the buttons cover or precede, of the code, the warning and the destination, at any scroll position. */
  coveredByDecisions() {
    const first = document.querySelectorAll(".shown-code, .note, main > .facts");
    const found = new Set();
    const { scrollHeight } = document.documentElement;
    for (let y = 0; y < scrollHeight; y += 8) {
      scrollTo(0, y);
      const form = document.querySelector("#decide")?.getBoundingClientRect();
      for (const each of form ? first : []) {
        if (each.getBoundingClientRect().bottom > form.top) found.add(each.className);
      }
    }
    scrollTo(0, 0);
    return [...found];
  },
};

import { locales } from "../../../src/ui/i18n/languages.ts";
import { pageSuite } from "./page-suite.ts";

pageSuite({
  locales,
  screens: [
    { width: 320, height: 700 },
    { width: 360, height: 640 },
    { width: 390, height: 664 },
    { width: 1280, height: 720 },
  ],
  thorough: true,
});

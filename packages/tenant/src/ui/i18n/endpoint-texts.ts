import { defaultLocale, languages, locales } from "./languages.ts";
import { askedLocale, type Wishes } from "./locale.ts";

/** What the endpoints of oauth/ say to people; they know nothing of the pages, so these words are handed to them. */
export const endpointTexts = {
  locales,
  deviceMessage(asked: Wishes, { verificationUri, userCode }: { verificationUri: string; userCode: string }): string {
    const { device } = languages[askedLocale(asked) ?? defaultLocale].messages;
    return device.message(verificationUri, userCode);
  },
};

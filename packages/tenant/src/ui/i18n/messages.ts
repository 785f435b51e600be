import type { en } from "./en.ts";

/** English says what there is to say; the compiler holds every other language to it, entry by entry. */
export type Messages = typeof en;

import assert from "node:assert/strict";
import { renderPage } from "../../../src/ui/render.ts";
import type { View } from "../../../src/ui/view.ts";
import { chrome, samples } from "./sample-views.ts";

export function sample(name: string): View {
  const found = samples.find((s) => s.name === name);
  assert.ok(found, name);
  return found.view;
}

export function rendered(name: string): string {
  return renderPage(sample(name), chrome);
}

export interface Form {
  action: string;
  fields: string[];
}

export function formsOf(page: string): Form[] {
  return [...page.matchAll(/<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(([, action, body]) => ({
    action: action!,
    fields: [...new Set([...body!.matchAll(/<(?:input|button)[^>]* name="([^"]*)"/g)].map((match) => match[1]!))],
  }));
}

/** The words of a page as a user reads them. */
export function wordsOf(page: string): string {
  return page
    .replace(/<(style|script|title)\b.*?<\/\1>/gs, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

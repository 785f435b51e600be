import type { z } from "zod";
import { identifierUri, ownAttribute, permissionName, redirectUri, signedOutUri, text } from "../file/leaves.ts";

/**
 * Whether the file has words for what is there. What it has none for is left out of an export, and left alone by an
 * apply even where a list is the file's to the last.
 */
const saying = (leaf: z.ZodType) => (value: string | null | undefined) => leaf.safeParse(value).success;

export const canSay = {
  redirectUri: saying(redirectUri()),
  postLogoutRedirectUri: saying(signedOutUri()),
  identifierUri: saying(identifierUri()),
  /** Of a scope or role. */
  permission: saying(permissionName()),
  attribute: saying(ownAttribute()),
  label: saying(text(250)),
};

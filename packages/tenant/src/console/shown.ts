import { createHash } from "node:crypto";

/** Thrown inside a change whose form was filled in while the object was another one. The transaction is rolled back. */
export class ShownChanged extends Error {}

/** Of what a form shows. The form carries it, and the change compares it with the object as it is then. */
export const digestOf = (shown: object): string =>
  createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 22);

/** @throws ShownChanged */
export function sameAsShown(shown: object, digest: string | undefined): void {
  if (digestOf(shown) !== digest) throw new ShownChanged();
}

/** `stale`: what was shown is no longer there, and nothing changed. */
export async function unlessChanged<Result>(change: Promise<Result>): Promise<Result | "stale"> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof ShownChanged) return "stale";
    throw error;
  }
}

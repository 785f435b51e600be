import { basename, resolve } from "node:path";
import validate from "validate-npm-package-name";
import { UsageError } from "../exit-codes.ts";

/** The project's name; `short` leaves out npm's `@scope/`. */
export interface ProjectName {
  full: string;
  short: string;
}

/** The tenant's file names app, API and user flow after the project, and Graph's names are short. */
const maxShort = 50;

const shortOf = (full: string) => full.replace(/^@[^/]*\//, "");

/** What the folder's name makes of a name: `My Device` → `my-device`. Empty when nothing of it is left. */
export function suggestedName(folder: string): string {
  return basename(resolve(folder))
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{Mark}/gu, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, maxShort)
    .replace(/^[-._]+|[-._]+$/g, "");
}

/** Why npm or a tenant would refuse the name, or undefined. `taken`: what the project itself installs. */
export function problemOfName(name: string, taken: readonly string[]): string | undefined {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (!validForNewPackages) return `npm refuses it (${[...errors, ...warnings].join("; ")})`;
  if (shortOf(name).length > maxShort) return `it is longer than ${maxShort} characters`;
  return taken.includes(name) ? "the project installs a package of that name" : undefined;
}

/** @throws UsageError */
export function projectName(folder: string, given: string | undefined, taken: readonly string[]): ProjectName {
  const full = given ?? suggestedName(folder);
  const problem = problemOfName(full, taken);
  if (problem === undefined) return { full, short: shortOf(full) };
  throw given === undefined
    ? new UsageError(
        `The folder ${JSON.stringify(basename(resolve(folder)))} makes no name for the project: ${problem}.`,
        "Give the project one with --name: letters, digits and - make one.",
      )
    : new UsageError(
        `That is no name for the project: ${JSON.stringify(given.slice(0, 80))}, ${problem}.`,
        "Lower-case letters, digits and - make one, with @scope/ before it if you like.",
      );
}

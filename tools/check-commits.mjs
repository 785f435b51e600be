// `npm run lint:commits`: requires subjects of the form `scope: imperative`, in at most 72 characters. Checks the
// commits after the one that added this file; older subjects are exempt.
import { execFileSync } from "node:child_process";

const LONGEST = 72;
const FORM = /^[a-z0-9][a-z0-9./-]*(?:, [a-z0-9][a-z0-9./-]*)*: (?<verb>\p{L}[\p{L}-]*)/u;
/** Imperatives that look like a past tense, a participle or a third person. */
const IMPERATIVES = new Set(
  "address bring bypass compress discuss embed express feed focus need pass ping press process proceed seed speed string suppress".split(
    " ",
  ),
);

const git = (...args) => execFileSync("git", args, { encoding: "utf8" });

/** What is wrong with a subject, as text. Undefined if nothing is. */
export function mistakeIn(subject) {
  if (subject.length > LONGEST) return `${subject.length} characters; at most ${LONGEST}`;
  const verb = FORM.exec(subject)?.groups?.verb.toLowerCase();
  if (verb === undefined) return "expected `scope: imperative`, such as `client: keep the token of a lost poll`";
  if (!IMPERATIVES.has(verb) && /(?:ed|ing|[^s]s)$/.test(verb)) return `"${verb}" is not an imperative`;
  return undefined;
}

function newCommits() {
  const added = git("log", "--diff-filter=A", "--format=%H", "--", "tools/check-commits.mjs").trim().split("\n").at(-1);
  const range = added ? [`${added}..HEAD`] : [];
  return git("log", "--no-merges", "--format=%h %s", ...range)
    .split("\n")
    .filter((line) => line !== "");
}

if (process.argv[1] === import.meta.filename) {
  const commits = newCommits();
  const mistakes = commits.flatMap((line) => {
    const [hash, ...words] = line.split(" ");
    const mistake = mistakeIn(words.join(" "));
    return mistake === undefined ? [] : [`${hash} ${words.join(" ")}\n        ${mistake}`];
  });
  for (const mistake of mistakes) console.error(mistake);
  if (git("rev-parse", "--is-shallow-repository").trim() === "true") {
    console.log("This clone is shallow: run `git fetch --unshallow` to check all commits.");
  }
  console.log(`${commits.length} commit subjects checked, ${mistakes.length} to change`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}

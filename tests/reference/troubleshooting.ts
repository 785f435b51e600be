/** docs/troubleshooting.md: every error of all packages by symptom, from the same catalogs as docs/reference/errors.md. */
import { errorCatalogue } from "../../packages/client/src/errors.ts";
import { prepareErrors } from "../../packages/prepare/src/prepare-error.ts";
import { protocolErrors } from "../../packages/tenant/src/oauth/protocol-error.ts";
import {
  commandErrors,
  guardErrors,
  mailErrors,
  prepareCauses,
  storeErrors,
  tenantErrors,
  tenantFileError,
} from "./error-causes.ts";
import { entries, table } from "./markdown.ts";
import { protocolRemedies } from "./protocol-remedies.ts";
import {
  clientSymptoms,
  commandSymptoms,
  protocolSymptoms,
  type Symptom,
  storeSymptoms,
  symptoms,
  tenantSymptoms,
} from "./symptoms.ts";

interface Row {
  symptom: Symptom;
  code: string;
  cause: string;
  remedy: string;
}

const rows = <Code extends string>(
  catalog: Readonly<Record<Code, readonly [cause: string, remedy: string]>>,
  symptom: (code: Code) => Symptom,
): Row[] =>
  entries(catalog).map(([code, [cause, remedy]]) => ({ symptom: symptom(code), code: `\`${code}\``, cause, remedy }));

/** Every error once, those of programs first. */
export const troubles: Row[] = [
  ...entries(errorCatalogue).map(([code, [cause, remedy]]) => ({
    symptom: clientSymptoms[code],
    code: `\`${code}\``,
    cause: `${cause}.`,
    remedy,
  })),
  ...entries(protocolErrors)
    .map(([name, [number, , error, sentence]]) => ({
      symptom: protocolSymptoms[name],
      code: `AADSTS${number}, \`${error}\``,
      cause: sentence.endsWith(".") ? sentence : `${sentence} …`,
      remedy: protocolRemedies[name],
    }))
    .toSorted((one, other) => one.code.localeCompare(other.code, "en", { numeric: true })),
  ...rows(commandErrors, (code) => commandSymptoms[code]),
  ...entries(guardErrors).map(([code, [status, cause, remedy]]) => ({
    symptom: "api" as const,
    code: `\`${code}\` (${status})`,
    cause,
    remedy,
  })),
  ...rows(tenantErrors, (code) => tenantSymptoms[code] ?? "operate"),
  ...rows(storeErrors, (code) => storeSymptoms[code]),
  ...rows(mailErrors, () => "mail"),
  ...rows(tenantFileError, () => "prepare"),
  ...entries(prepareErrors).map(([code, hint]) => ({
    symptom: "prepare" as const,
    code: `\`${code}\``,
    cause: prepareCauses[code],
    remedy: hint,
  })),
];

const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const section = ([symptom, heading]: [Symptom, string]) => {
  const here = troubles.filter((each) => each.symptom === symptom);
  return `## ${heading}

${table(
  ["code", "meaning", "what to do"],
  here.map(({ code, cause, remedy }) => [code, cause, remedy]),
)}`;
};

/** Links in the causes and remedies are relative to docs/reference. */
const fromDocs = (text: string) => text.replaceAll("](../", "](");

export const troubleshooting = (): string =>
  fromDocs(`# Troubleshooting

Search this page for the code or the sentence that you see. A command prints its code in parentheses, in the last line of the error; a program has it in \`error.code\`; the issuer's own errors begin with AADSTS and a number.

- **The message hides the issuer's words?** Add \`--verbose\`, or read \`error.message\`.
- **An error of the tenant with a trace ID or a correlation ID?** Search the tenant's log for it. The audit log has what was decided: who signed in, what was revoked.
- **The tenant itself?** \`doorcode tenant doctor\` checks the data folder, the seal key, certificates, the store, signing keys, emails and the disk, and says what to do. It changes nothing.
- **Only for some users?** Compare their sign-in with one that works: the app's user flow, policies, assignment and consent decide for each user.

${entries(symptoms)
  .map(([, heading]) => `- [${heading}](#${anchor(heading)})`)
  .join("\n")}

[Errors](../reference/errors.md) lists the same codes by package, with exit codes and HTTP statuses.

${entries(symptoms).map(section).join("\n\n")}
`);

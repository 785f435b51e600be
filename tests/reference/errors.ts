/** docs/reference/errors.md, generated from the catalogs of the packages. */
import { exitCodeOf } from "../../packages/cli/src/exit-codes.ts";
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

const exitCode = (code: string) => exitCodeOf(Object.assign(new Error(code), { code }));

export const errorsReference = (): string => `# Errors

Every error has a stable \`code\`, a sentence (\`message\`) and a \`hint\` that says what to do. Compare codes in your program; the sentences may change.

- [Client and command line](#client-and-command-line)
- [Prepare](#prepare)
- [Guard](#guard)
- [Tenant](#tenant)
- [Protocol errors of the tenant](#protocol-errors-of-the-tenant)

The [command-line reference](command-line.md) lists all exit codes.

## Client and command line

\`DoorcodeError\` of \`@doorcode/client\`. If the issuer sent an error, the members \`error\`, \`suberror\`, \`aadsts\`, \`correlationId\` and \`traceId\` repeat it. \`exit code\` is the command line's exit code.

${table(
  ["code", "cause", "what to do", "exit code"],
  [
    ...entries(errorCatalogue).map(([code, [cause, hint]]) => [`\`${code}\``, `${cause}.`, hint, exitCode(code)]),
    ...entries(commandErrors).map(([code, [cause, remedy]]) => [`\`${code}\``, cause, remedy, exitCode(code)]),
  ],
)}

## Prepare

\`PrepareError\` and \`TenantFileError\` of \`@doorcode/prepare\`. \`TenantFileError\` has \`problems\`: every error in the file with line and column. A \`PrepareError\` of a run that stopped halfway has \`done\` and \`left\`: the steps that were completed and those that were not.

${table(
  ["code", "cause", "what to do", "exit code"],
  [
    ...entries(tenantFileError).map(([code, [cause, remedy]]) => [`\`${code}\``, cause, remedy, exitCode(code)]),
    ...entries(prepareErrors).map(([code, hint]) => [`\`${code}\``, prepareCauses[code], hint, exitCode(code)]),
  ],
)}

## Guard

\`GuardError\` of \`@doorcode/guard\`. \`status\` is the HTTP status, \`wwwAuthenticate\` the header that goes with it (RFC 6750 §3). The JSON body has \`error\` (the code), \`message\` and \`hint\`, and repeats nothing that the caller sent.

${table(
  ["code", "status", "cause", "what to do"],
  entries(guardErrors).map(([code, [status, cause, remedy]]) => [`\`${code}\``, status, cause, remedy]),
)}

## Tenant

\`TenantError\` of \`@doorcode/tenant\`: starting a tenant, and operating one through \`tenant.admin\`, \`tenant.approve\` and \`doorcode tenant\`. \`store_…\` is the code of a \`StoreError\`, \`mail_…\` that of a \`MailError\`.

${table(
  ["code", "cause", "what to do", "exit code"],
  entries({ ...tenantErrors, ...storeErrors, ...mailErrors }).map(([code, [cause, remedy]]) => [
    `\`${code}\``,
    cause,
    remedy,
    exitCode(code),
  ]),
)}

## Protocol errors of the tenant

The errors that the tenant's OAuth endpoints return, in Entra's form: \`error\` (RFC 6749 §5.2, RFC 8628 §3.5), \`error_description\` that begins with the AADSTS number and ends with trace ID, correlation ID and time, \`error_codes\`, and for some \`suberror\` and \`claims\`. Under the grant type URN of RFC 8628 some have another \`error\` than under Entra's \`device_code\`: see [differences](../differences.md).

${table(
  ["AADSTS", "status", "error", "description"],
  Object.values(protocolErrors)
    .toSorted(([a, , one], [b, , other]) => a - b || one.localeCompare(other))
    .map(([number, status, error, sentence]) => [number, status, `\`${error}\``, sentence]),
)}
`;

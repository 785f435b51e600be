/** What the command line's exit codes mean; the same in every `doorcode` command. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  denied: 4,
  expired: 5,
  unreachable: 7,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

const byErrorCode: Record<string, number> = {
  usage: exitCodes.usage,
  secret_on_argv: exitCodes.usage,
  tenant_file_invalid: exitCodes.usage,
  password_missing: exitCodes.usage,
  conflicts_with_tenant: exitCodes.usage,
  domain_fixed: exitCodes.usage,
  email_invalid: exitCodes.usage,
  name_invalid: exitCodes.usage,
  app_unknown: exitCodes.usage,
  app_certificate_refused: exitCodes.usage,
  password_short: exitCodes.usage,
  password_long: exitCodes.usage,
  password_common: exitCodes.usage,
  code_used: exitCodes.denied,
  code_used_twice: exitCodes.denied,
  not_assigned: exitCodes.denied,
  administrator_needed: exitCodes.denied,
  code_expired: exitCodes.expired,
  tenant_not_running: exitCodes.unreachable,
};

export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return byErrorCode[code] ?? exitCodes.unexpected;
}

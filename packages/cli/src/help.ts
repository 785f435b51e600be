import type { Command } from "./commands.ts";

const environment = `Environment:
  DOORCODE_AUTHORITY, DOORCODE_CLIENT_ID, DOORCODE_CA_FILE, DOORCODE_PROFILE
                         what the options of the same name say
  DOORCODE_STORE_DIR     folder of the token store
  DOORCODE_PLAIN=1       plain lines, for screen readers

Exit codes: 0 done, 1 unexpected, 2 usage, 3 sign-in needed, 4 denied, 5 code
expired, 6 blocked by a policy, 7 issuer unreachable, 8 token store locked or
damaged, 9 the plan has changes, 130 interrupted.`;

export function helpOfAll(commands: Record<string, Command>): string {
  const lines = Object.entries({
    ...Object.fromEntries(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    tenant: "run a tenant of your own, and decide on sign-ins there",
  }).map(([name, summary]) => `  ${name.padEnd(10)}${summary}`);
  return `Usage: doorcode COMMAND [options]

Sign-in for programs without a browser.

Commands:
${lines.join("\n")}

  doorcode COMMAND --help    says more; --version prints the version

${environment}
`;
}

export function helpOf(name: string, { usage, summary, options, notes }: Command): string {
  const rows = Object.entries(options).map(([option, { short, value, help }]): [string, string] => [
    `  ${short ? `-${short}, ` : ""}--${option}${value ? ` ${value}` : ""}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `Usage: doorcode ${name} ${usage}`,
    "",
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    "",
    "Options:",
    ...rows.map(([left, right]) => `${left.padEnd(width)}${right}`),
    ...(notes ? ["", ...notes] : []),
    "",
  ].join("\n");
}

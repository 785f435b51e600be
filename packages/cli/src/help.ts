import type { OptionSpec } from "./arguments.ts";
import { type Command, everywhere } from "./commands.ts";

const environment = `Environment:
  DOORCODE_AUTHORITY, DOORCODE_CLIENT_ID, DOORCODE_CA_FILE, DOORCODE_PROFILE
                         what the options of the same name say
  DOORCODE_CLIENT_SECRET_FILE, DOORCODE_CLIENT_KEY_FILE
                         files with a confidential client's secret or key
  DOORCODE_STORE_DIR     folder of the token store
  HTTPS_PROXY, ALL_PROXY, NO_PROXY
                         a proxy (http, https, socks5, socks5h), and what is
                         reached without it: names, IP addresses, CIDR
  DOORCODE_PLAIN=1       plain lines, for screen readers

Exit codes: 0 done, 1 unexpected, 2 usage, 3 sign-in needed, 4 denied, 5 code
expired, 6 blocked by a policy, 7 issuer unreachable, 8 token store or data
folder unusable, 9 the plan has changes, 10 the issuer refused to revoke,
11 scope not granted, 130 interrupted.`;

export function helpOfAll(commands: Record<string, Command>): string {
  const lines = Object.entries({
    ...Object.fromEntries(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    tenant: "run a tenant of your own; its people, programs, sign-ins, export",
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
  const rows = Object.entries<OptionSpec>({ ...options, ...everywhere }).map(
    ([option, { short, value, help }]): [string, string] => [
      `  ${short ? `-${short}, ` : ""}--${option}${value ? ` ${value}` : ""}`,
      help,
    ],
  );
  const column = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    ...wrapped(`Usage: doorcode ${name} ${usage}`, "       ".length),
    "",
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    "",
    "Options:",
    ...rows.flatMap(([left, right]) => wrapped(`${left.padEnd(column)}${right}`, column)),
    ...(notes ? ["", ...notes.flatMap((note) => wrapped(note, 0))] : []),
    "",
  ].join("\n");
}

/** At eighty columns, which is what a terminal has at the least; lines after the first are indented. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > 80) {
    const cut = rest.lastIndexOf(" ", 80);
    if (cut <= indent) break;
    lines.push(rest.slice(0, cut));
    rest = `${" ".repeat(indent)}${rest.slice(cut + 1)}`;
  }
  return [...lines, rest];
}

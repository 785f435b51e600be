import { exitCodes } from "../exit-codes.ts";

/** A subject of `doorcode help` that belongs to no single command. */
export interface Topic {
  summary: string;
  intro: string;
  sections: { heading: string; rows: [term: string, words: string][] }[];
}

const meanings: Record<keyof typeof exitCodes, string> = {
  done: "Success",
  unexpected: "Any other error; a web API answered with a status other than 2xx",
  usage: "The command line, a file or a setting is wrong; nothing was done",
  signInNeeded: "You have to sign in",
  denied: "The sign-in was declined, was for another account, or lacks permission",
  expired: "The code expired, or --timeout was reached",
  blocked: "A policy of the tenant blocks the sign-in",
  unreachable: "The issuer, Microsoft Graph or the tenant cannot be reached",
  store: "The token store or the data folder cannot be used",
  changes: "doorcode prepare --plan found something to change",
  notRevoked: "Signed out on this machine, but the issuer refused to revoke",
  notGranted: "The sign-in was not granted the scope that doorcode token asked for",
  hangup: "Ended by SIGHUP",
  interrupted: "Ended by Ctrl-C (SIGINT)",
  terminated: "Ended by SIGTERM",
};

export const topics: Readonly<Record<string, Topic>> = {
  environment: {
    summary: "Environment variables",
    intro: "An option on the command line takes precedence over its variable.",
    sections: [
      {
        heading: "Sign-in",
        rows: [
          ["DOORCODE_AUTHORITY", "Address of the issuer, like --authority"],
          ["DOORCODE_CLIENT_ID", "Client ID of the app, like --client-id"],
          ["DOORCODE_CLIENT_SECRET_FILE", "File with a confidential client's secret"],
          ["DOORCODE_CLIENT_KEY_FILE", "File with a confidential client's private key"],
          ["DOORCODE_PROFILE", "Profile to use, like --profile"],
          ["DOORCODE_CA_FILE", "Certificates to trust in addition to the system's, like --ca-file"],
          ["DOORCODE_STORE_DIR", "Folder of the token store"],
          ["DOORCODE_PLAIN", "1 prints plain lines, for screen readers"],
          ["HTTPS_PROXY, ALL_PROXY", "Proxy to connect through: http, https, socks5 or socks5h"],
          ["NO_PROXY", "Hosts to reach without a proxy: names, IP addresses, CIDR"],
        ],
      },
      {
        heading: "Tenant",
        rows: [
          ["DOORCODE_CONFIG", "Server file of the tenant, like --config"],
          ["DOORCODE_STORE", "Store of the tenant: a postgres:// URL, or the path of a SQLite file"],
          ["DOORCODE_STORE_DIRECT", "Behind a connection pooler: the postgres:// URL without it"],
          [
            "DOORCODE_SMTP",
            "Mail server: smtps://user:password@host, or smtp://host with STARTTLS; smtp+insecure://host sends without TLS",
          ],
          ["DOORCODE_MAIL_FROM", "Sender of the emails"],
          [
            "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER",
            "Sends traces, with the other OTEL_ variables of @opentelemetry/sdk-node, which must be installed",
          ],
          ["DOORCODE_DKIM", "Signs the emails: domain:selector:file of the private key"],
        ],
      },
    ],
  },
  "exit-codes": {
    summary: "Exit codes of every command",
    intro: "An exit code means the same in every command. The error event of --json includes it.",
    sections: [
      {
        heading: "Exit codes",
        rows: Object.entries(exitCodes).map(([name, code]) => [String(code), meanings[name as keyof typeof exitCodes]]),
      },
    ],
  },
};

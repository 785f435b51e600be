/**
 * `import http from "node:http"` reads every export of the module, and one of them is a getter that loads all of fetch: 30 ms
 * of a program whose start takes 30. This way nothing is read but what is used.
 */
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");
export const tls = process.getBuiltinModule("node:tls");

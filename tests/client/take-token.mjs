// A process that needs a token, on the published package: prints the token, or the error's code.
import { createClient } from "../../packages/client/dist/index.js";

const { AUTHORITY: authority, CLIENT_ID: clientId, SCOPE: scope, DIRECTORY: directory } = process.env;
const client = createClient({ authority, clientId, scopes: [scope], store: { directory }, present: false });
try {
  console.log((await client.getToken()).token);
} catch (error) {
  console.log(error.code ?? error);
}

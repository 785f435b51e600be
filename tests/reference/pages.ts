/** The generated pages: path relative to docs/reference → text. */
import { errorsReference } from "./errors.ts";
import { serverFileReference, tenantFileReference } from "./tenant-file.ts";
import { troubleshooting } from "./troubleshooting.ts";

const GENERATED = "<!-- Generated: npm run docs:reference -->\n";

export const referencePages = (): Record<string, string> => ({
  "errors.md": GENERATED + errorsReference(),
  "server-file.md": GENERATED + serverFileReference(),
  "tenant-file.md": GENERATED + tenantFileReference(),
  "../troubleshooting.md": GENERATED + troubleshooting(),
});

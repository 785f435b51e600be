import { signingKeys } from "../admin/signing-keys.ts";
import { SIGNING_ALGORITHMS } from "../directory/signing-algorithms.ts";
import { choice } from "../interaction/page-request.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { KeysView } from "../ui/console/keys.ts";
import type { ConsoleAnswer, ConsoleRequest } from "./console-request.ts";
import { doneOf, textIn } from "./found.ts";

/** The keys that sign tokens. */
export async function getKeys(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { fields } = request;
  const keys = await adminOf(request).list();
  const changed = keys.find(({ kid }) => kid === fields.get("kid"));
  const did = doneOf(request, ["rotated", "retired"]);
  return { view: viewOf(keys, changed && did ? { did, key: changed } : null) };
}

/**
 * The button says which: the next key of an algorithm takes over, or a key is retired. Both are decided in the store: of
 * two administrators who press at once, the second one changes nothing more.
 */
export async function postKeys(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { fields } = request;
  const admin = adminOf(request);
  const action = choice(fields, "action", ["rotate", "rotate_now", "retire", "retire_now"]);
  const now = action.endsWith("_now");
  try {
    if (action.startsWith("rotate")) {
      const alg = choice(fields, "alg", SIGNING_ALGORITHMS);
      // What the page showed as the next one.
      const { kid } = await admin.rotate({ alg, now, kid: textIn(request, "kid") });
      return { to: `/console/keys?done=rotated&kid=${encodeURIComponent(kid)}` };
    }
    const { kid } = await admin.retire(textIn(request, "kid"), { now });
    return { to: `/console/keys?done=retired&kid=${encodeURIComponent(kid)}` };
  } catch (error) {
    const problem = error instanceof TenantError ? PROBLEMS.find((each) => each === error.code) : undefined;
    if (problem === undefined) throw error;
    return { view: { ...viewOf(await admin.list(), null), problem } };
  }
}

const PROBLEMS = ["key_in_use", "key_unknown"] as const;

const adminOf = ({ acting }: ConsoleRequest) => signingKeys(acting.ctx, acting.by);

const viewOf = (keys: KeysView["keys"], done: KeysView["done"]): KeysView => ({
  page: "console_keys",
  ...{ keys, done, problem: null },
});

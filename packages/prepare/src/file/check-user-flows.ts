import { checkAttributes } from "./check-attributes.ts";
import { checkCase, checkReferences, type Names, unknownReference, withoutDuplicates } from "./check-references.ts";
import { type Diagnostics, quoted } from "./diagnostics.ts";
import { childAt, itemsOf, nameOffset, type SourceNode, textsOf } from "./source-node.ts";

/** The user flow that the account page is to have is one of the file's. */
export function checkAccountUserFlow(tree: SourceNode, names: Names, diagnostics: Diagnostics): void {
  const node = childAt(tree, "tenant", "accountUserFlow");
  if (typeof node?.value !== "string" || names.userFlows.has(node.value)) return;
  diagnostics.add(node.offset, () => unknownReference(String(node.value), "user flow", names.userFlows));
}

/** What the tenant would refuse of a user flow, and apps that have two. */
export function checkUserFlows(names: Names, diagnostics: Diagnostics): void {
  checkCase(names.userFlows, "user flow", diagnostics);
  const flowOf = new Map<string, string>();
  for (const [name, flow] of names.userFlows) {
    checkSignIn(flow, diagnostics);
    checkAttributes(childAt(flow, "attributes"), diagnostics);
    checkReferences(childAt(flow, "apps"), "app", names.apps, diagnostics);
    for (const { text, offset } of textsOf(childAt(flow, "apps"))) {
      const other = flowOf.get(text);
      if (other === undefined) flowOf.set(text, name);
      else if (other !== name) {
        const message = `The app ${quoted(text)} is in the user flow ${quoted(other)} already: an app has one.`;
        diagnostics.add(offset, message, "Leave it out of one of the two.");
      }
    }
  }
}

function checkSignIn(flow: SourceNode, diagnostics: Diagnostics): void {
  const signIn = childAt(flow, "signIn");
  const methods = textsOf(signIn);
  withoutDuplicates(methods, diagnostics);
  if (!signIn || (signIn.value !== null && !Array.isArray(signIn.value))) return;
  if (itemsOf(signIn).length === 0) {
    diagnostics.add(
      nameOffset(signIn),
      "signIn is empty: nobody could sign in. Expected password, email_code or passkey.",
    );
  }
  const onlyPasskey = methods.length > 0 && itemsOf(signIn).every(({ value }) => value === "passkey");
  const signUp = childAt(flow, "signUp");
  if (onlyPasskey && (signUp === undefined || signUp.value === true)) {
    diagnostics.add(
      signIn.offset,
      "Nobody can sign up with a passkey alone.",
      "Add password or email_code, or switch sign-up off by signUp: false.",
    );
  }
}

import { checkAttributes } from "./check-attributes.ts";
import { checkCase, checkReferences, type Names, unknownReference, withoutDuplicates } from "./check-references.ts";
import { type ProblemList, quoted } from "./diagnostics.ts";
import { childAt, itemsOf, nameOffset, type SourceNode, textsOf } from "./source-node.ts";

/** Checks that the account page's user flow is one of the file's. */
export function checkAccountUserFlow(tree: SourceNode, names: Names, diagnostics: ProblemList): void {
  const node = childAt(tree, "tenant", "accountUserFlow");
  if (typeof node?.value !== "string" || names.userFlows.has(node.value)) return;
  diagnostics.add(node.offset, () => unknownReference(String(node.value), "user flow", names.userFlows));
}

/** Checks what the tenant would reject in a user flow, and apps in two user flows. */
export function checkUserFlows(names: Names, diagnostics: ProblemList): void {
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
        const message = `The app ${quoted(text)} is already in the user flow ${quoted(other)}. An app can have only one.`;
        diagnostics.add(offset, message, "Remove it from one of the two.");
      }
    }
  }
}

function checkSignIn(flow: SourceNode, diagnostics: ProblemList): void {
  const signIn = childAt(flow, "signIn");
  const methods = textsOf(signIn);
  withoutDuplicates(methods, diagnostics);
  if (!signIn || (signIn.value !== null && !Array.isArray(signIn.value))) return;
  if (itemsOf(signIn).length === 0) {
    diagnostics.add(
      nameOffset(signIn),
      "signIn is empty, so users could not sign in. Expected password, email_code or passkey.",
    );
  }
  const onlyPasskey = methods.length > 0 && itemsOf(signIn).every(({ value }) => value === "passkey");
  const signUp = childAt(flow, "signUp");
  if (onlyPasskey && (signUp === undefined || signUp.value === true)) {
    diagnostics.add(
      signIn.offset,
      "Users cannot sign up with only a passkey.",
      "Add password or email_code, or disable sign-up with signUp: false.",
    );
  }
}

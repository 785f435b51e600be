/** Runs one sign-in and prints, as one line of JSON, what the program that made it would see. */
export async function report(signIn: () => Promise<string | undefined>): Promise<void> {
  let outcome: { token: string } | { error: string };
  try {
    outcome = { token: (await signIn()) ?? "" };
  } catch (error) {
    // openid-client keeps the issuer's words beside the message.
    const { name, message, error_description: described } = error as Error & { error_description?: string };
    outcome = { error: [`${name}: ${message}`, described].filter(Boolean).join(" · ") };
  }
  console.log(JSON.stringify(outcome));
  process.exit(0);
}

/** Runs one sign-in and prints what its program would see, as one line of JSON. */
export async function report(signIn: () => Promise<string | undefined>): Promise<void> {
  let outcome: { token: string } | { error: string };
  try {
    outcome = { token: (await signIn()) ?? "" };
  } catch (error) {
    // openid-client keeps the issuer's text in a property next to the message.
    const { name, message, error_description: described } = error as Error & { error_description?: string };
    outcome = { error: [`${name}: ${message}`, described].filter(Boolean).join(" · ") };
  }
  console.log(JSON.stringify(outcome));
  process.exit(0);
}

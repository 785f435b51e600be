/** A program that a test needs, or the reason to skip it: this machine lacks the program, and npm cannot provide it. */
export function ifBrought<Program>(bring: () => Program): { program?: Program; without: string | false } {
  try {
    return { program: bring(), without: false };
  } catch (error) {
    return { without: (error as Error).message };
  }
}

/** Thrown inside a transaction: undoes it, and the verb answers with `answer`. See `undoable`. */
export class Undo<Answer> extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("the transaction is undone");
    this.answer = answer;
  }
}

/** What `work` returns, or what it is undone with. `work` runs the transaction. */
export async function undoable<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Undo) return error.answer as Answer;
    throw error;
  }
}

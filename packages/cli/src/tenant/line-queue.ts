/** Text that its reader has not taken yet, in bytes. Beyond this, lines are dropped and counted. */
export const MOST_UNREAD = 1_000_000;

/** Writes all of the text, and calls back once it is written, or cannot be. */
type Write = (text: string, done: () => void) => void;

/**
 * Lines for a reader who may stop reading: a pipe, or a terminal that was stopped with Ctrl-S. The program never waits for
 * it. One write runs at a time, and what comes meanwhile is the next one.
 *
 * @param skipped the line for lines that were dropped
 */
export function lineQueue(
  write: Write,
  skipped: (count: number) => string,
  most = MOST_UNREAD,
): (line: string) => void {
  let waiting: string[] = [];
  let unread = 0;
  let dropped = 0;
  let isWriting = false;

  function push(line: string): void {
    waiting.push(line);
    unread += Buffer.byteLength(line);
  }

  function next(): void {
    if (isWriting || waiting.length === 0) return;
    const text = waiting.join("");
    const bytes = Buffer.byteLength(text);
    waiting = [];
    isWriting = true;
    write(text, () => {
      isWriting = false;
      unread -= bytes;
      if (dropped > 0) push(skipped(dropped));
      dropped = 0;
      next();
    });
  }

  return (line) => {
    // What came before the lines that were dropped is read first, so the count is in its place.
    if (dropped > 0 || unread + Buffer.byteLength(line) > most) dropped++;
    else push(line);
    next();
  };
}

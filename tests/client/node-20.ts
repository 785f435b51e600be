interface Runtimes {
  /** The path of a Node.js 20, installed from npm if the machine has none. */
  node20(): string;
}

const tools: string = import.meta.resolve("../../tools/runtime.mjs");

/** The oldest Node.js that the published client supports. */
export const node20: string = ((await import(tools)) as Runtimes).node20();

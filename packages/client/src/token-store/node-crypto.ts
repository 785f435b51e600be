/** Not by `import`: that reads every export of node:crypto, and one of them is a getter that loads all of Web Crypto. */
export const { createCipheriv, randomBytes, randomUUID } = process.getBuiltinModule("node:crypto");

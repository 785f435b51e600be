import { numbers } from "../numbers.ts";

const { number } = numbers.en;
const oneOr = (count: number, one: string, more: string) => (count === 1 ? one : `${number(count)} ${more}`);

/** The tenant as a file. */
export const consoleFile = {
  title: "Tenant file",
  lede: "The whole tenant as doorcode.tenant.yaml. It has no secrets.",
  asYaml: "As YAML",
  back: "Back",
  download: "Download",
  file: "The file",
  again: "Change the file",
  text: "Contents",
  tooManyPeople: (people: number) =>
    `This tenant has ${number(people)} people, so its file is not shown here. You can download it, and apply a file below.`,
  hint: "Change it here, or paste another one. Nothing is applied before you have seen what would change.",
  upload: "Or open a file:",
  prune: "Also delete what an earlier file created and this one does not have",
  pruneHint: "Without this, a file only adds and changes.",
  plan: "Show what would change",
  planned: "What would change",
  nothing: "Nothing. The tenant matches this file.",
  same: (count: number) => oneOr(count, "One more object stays as it is.", "more objects stay as they are."),
  apply: (count: number) => oneOr(count, "Apply this change", "changes: apply them"),
  notes: "Notes",
  appliedTitle: "What was changed",
  applied: (count: number) => oneOr(count, "Applied: one change.", "changes were applied."),
  nothingDone: "Nothing.",
  changed: "The tenant has changed since this plan was made. Nothing was applied.",
  changedHint: "This is the plan for the tenant as it is now. Check it, then apply it.",
  invalid: (count: number) =>
    oneOr(count, "The file has an error. Nothing was changed.", "errors in the file. Nothing was changed."),
  place: (line: number, column: number) => `Line ${line}, column ${column}:`,
  more: (count: number) => `And ${number(count)} more.`,
  actions: { create: "create", change: "change", delete: "delete", leave: "unchanged" },
  before: "before:",
  after: "after:",
  kinds: {
    tenant: "tenant",
    attribute: "attribute",
    api: "API",
    app: "app",
    consent: "consent of",
    group: "group",
    user: "person",
    members: "members of",
    assignment: "assignment to",
    administrator: "administrator",
    "user flow": "user flow",
    policy: "policy",
  } as Record<string, string>,
  noPart: "A tenant file cannot express this object on its own, or its name is not unique.",
  elsewhere: {
    program: "This tenant was started by a program that does not read files. The command line does.",
    served: "Administrators read and apply the file of this tenant with the command line, with their own sign-in.",
    read: "Write the file",
    apply: "Show what a file would change",
    hint: "Without --plan, the second command asks and then applies it.",
  },
};

// A reporter for node:test. Sends text, counts and duration of each file to the parent process as it ends.
import { spec } from "node:test/reporters";

const none = () => ({ passed: 0, failed: 0, skipped: 0 });

export default async function* report(source) {
  let text = "";
  let count = none();
  const printer = new spec();
  printer.on("data", (chunk) => {
    text += chunk;
  });
  const take = () => {
    const taken = text;
    text = "";
    return taken;
  };
  for await (const event of source) {
    const { type, data } = event;
    // The totals of one process are useless to a reader of the whole run.
    if (type === "test:diagnostic" && data.nesting === 0) continue;
    printer.write(event);
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.nesting > 0) add(count, type, data);
    else {
      await new Promise(setImmediate);
      const broken = type === "test:fail" && data.details.error?.failureType !== "subtestsFailed";
      if (broken) count.failed++;
      process.send?.({ type: "ended", file: data.name, count, ms: data.details.duration_ms, text: take() });
      count = none();
    }
  }
  printer.end();
  await new Promise((resolve) => printer.once("end", resolve));
  // The failures once more, for the end of the run.
  process.send?.({ type: "failures", text: take() });
  yield "";
}

function add(count, type, { details, skip, todo }) {
  const suite = details?.type === "suite";
  if (type === "test:fail") {
    // A suite is not a test. It counts only if it fails itself, for example in a hook.
    if (!suite || details.error?.failureType !== "subtestsFailed") count.failed++;
  } else if (!suite) count[skip !== undefined || todo !== undefined ? "skipped" : "passed"]++;
}

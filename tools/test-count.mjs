// A reporter for node:test that hands the runner's parent how many tests passed, failed and were skipped, as one JSON line.
export default async function* count(source) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const suite = data.details?.type === "suite";
    if (type === "test:fail") {
      // A suite is no test of its own; it counts only when it fails by itself, for example in a hook.
      if (!suite || data.details.error?.failureType !== "subtestsFailed") total.failed++;
    } else if (suite) {
    } else if (data.skip !== undefined || data.todo !== undefined) {
      total.skipped++;
    } else {
      total.passed++;
    }
  }
  yield `${JSON.stringify(total)}\n`;
}

// Loaded before the program: the first word on its stdout is its last. From outside it could only be stopped some moment
// later, and on a busy machine that moment is long: what it does meanwhile would be counted, too.
const { get } = Object.getOwnPropertyDescriptor(process, "stdout");
Object.defineProperty(process, "stdout", {
  configurable: true,
  get() {
    const stdout = get.call(process);
    stdout.write = () => process.kill(process.pid, "SIGKILL");
    return stdout;
  },
});

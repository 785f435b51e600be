// Loaded before the program: ends it at its first output on stdout. Stopped from outside, it would end only a moment
// later, which is long on a busy machine, and what it does meanwhile would count.
const { get } = Object.getOwnPropertyDescriptor(process, "stdout");
Object.defineProperty(process, "stdout", {
  configurable: true,
  get() {
    const stdout = get.call(process);
    stdout.write = () => process.kill(process.pid, "SIGKILL");
    return stdout;
  },
});

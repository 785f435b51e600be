export const enterCode = {
  lede: "It is on the screen that sent you here: a TV, a printer, a terminal.",
  label: "Code",
  hint: "Capitals and the dash don’t matter.",
  problems: {
    empty: "Enter the code that your device shows.",
    unknown: "No device is waiting with that code. Check its letters, or start again on the device to get a new one.",
    too_many: "Too many tries. Wait ten minutes, then enter the code again.",
  },
  compareLede: "Compare it with the screen that sent you here, letter by letter.",
  same: "Yes, it’s the same",
  different: "No, it’s different",
  sentToYou: "Did somebody send you this code?",
  sentToYouAdvice: "Stop here. Only use a code from a device in front of you.",
};

export const passkeys = {
  use: "Use a passkey",
  /** Shown at sign-in for whatever was wrong with one. */
  refused: "That passkey didn’t work here. Try again, or sign in another way.",
  /** Said by the page's script. */
  cancelled: "Nothing happened: it was cancelled, or took too long. Try again when you are ready.",
  exists: "This device has a passkey for your account already.",
  broken: "This browser could not do it. Try another browser or device.",
  add: {
    lede: "Your device asks for your finger, your face or your PIN, and remembers the rest.",
    without: "This browser cannot make passkeys, or runs no scripts here. Open this page in another browser.",
    name: "Name",
    nameHint: "Tells this passkey from others: “Phone”, “Work laptop”. You can leave it empty.",
    button: "Make the passkey",
    back: "Back to your account",
    problems: {
      failed: "That didn’t work, and no passkey was kept. Try again.",
      taken: "This passkey is known here already.",
      full: "You have as many passkeys as one account can have. Remove one first.",
      long: "That name is too long. Use 50 characters at most.",
    },
  },
  edit: {
    name: "Name",
    rename: "Save the name",
    remove: "Remove this passkey",
    removeHint: "Once it is removed, you cannot sign in with it any more. Remove it in your device’s settings as well.",
    empty: "Enter a name for the passkey.",
  },
};

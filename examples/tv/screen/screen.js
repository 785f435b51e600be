// Shows each state that the player sends. The page counts down on its own, because both use this machine's clock.
const screens = [...document.querySelectorAll("main")];
let expiresAt = 0;
let lifetime = 1;

const events = new EventSource("/events");
events.onopen = () => {
  document.getElementById("offline").hidden = true;
};
events.onerror = () => {
  document.getElementById("offline").hidden = false;
};
events.onmessage = ({ data }) => show(JSON.parse(data));

function show({ name, ...values }) {
  for (const screen of screens) screen.hidden = screen.id !== name;
  const screen = document.getElementById(name);
  if (name === "code") {
    ({ expiresAt } = values);
    lifetime = expiresAt - Date.now();
    values.address = values.verificationUri.replace(/^https?:\/\//, "");
    tick();
  }
  for (const element of screen.querySelectorAll("[data-show]")) {
    const value = values[element.dataset.show];
    if (element.tagName === "IMG") element.src = value;
    else if (Array.isArray(value)) element.replaceChildren(...value.map(item));
    else if (element.dataset.show !== "left") element.textContent = value ?? "";
  }
  // OK on the remote control presses the focused button.
  screen.querySelector("button")?.focus();
}

function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}

function tick() {
  const left = Math.max(0, expiresAt - Date.now());
  document.querySelector("progress").value = left / lifetime;
  const minutes = Math.ceil(left / 60_000);
  const words = minutes === 1 ? "1 minute left" : `${minutes} minutes left`;
  document.querySelector("[data-show=left]").textContent = left === 0 ? "Expired" : words;
}
setInterval(tick, 1000);

for (const button of document.querySelectorAll("[data-post]")) {
  button.addEventListener("click", () => fetch(button.dataset.post, { method: "POST" }));
}

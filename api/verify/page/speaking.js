// The two languages of the page, and what is said to whoever does not look at it.

const texts = JSON.parse(document.getElementById("texts").textContent);
const OTHER = { en: "中文", zh: "English" };
const changed = [];

export function language() {
  return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
}

export function has(key) {
  return key in texts;
}

/** The text of a key, `{name}` in it replaced. */
export function say(key, values = {}) {
  const text = texts[key]?.[language()] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Called after every change of the language. */
export function onLanguage(draw) {
  changed.push(draw);
}

export function switchLanguage() {
  const chosen = language() === "en" ? "zh" : "en";
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-say]")) {
    one.textContent = say(one.dataset.say);
  }
  for (const one of document.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", say(one.dataset.label));
  }
  const button = document.getElementById("language");
  button.textContent = OTHER[chosen];
  button.lang = chosen === "zh" ? "en" : "zh";
  for (const draw of changed) draw();
}

/** To a screen reader, when it has finished what it says. */
export function tellGently(text) {
  document.getElementById("told").textContent = text;
}

/** To a screen reader, at once. */
export function order(text) {
  document.getElementById("ordered").textContent = text;
}

let context = null;

/** Must be called while a button is pressed, or the browser keeps quiet. */
export function allowSounds() {
  context ??= window.AudioContext ? new AudioContext() : null;
  context?.resume().catch(() => {});
}

export function beep(high) {
  if (!context) return;
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = high ? 880 : 587;
  volume.gain.setValueAtTime(0.12, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.26);
}

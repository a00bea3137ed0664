// Shows one part of the page at a time, and says so to whoever does not see it.

import { language, onLanguage, order, say, tellGently } from "./speaking.js";

const found = (id) => document.getElementById(id);
const parts = [...document.querySelectorAll("[data-part]")];
let draw = () => {};

onLanguage(() => draw());

/** `redraw` puts in what depends on the language; it is called again when that changes. */
function show(part, title, redraw = () => {}) {
  for (const one of parts) one.hidden = one.dataset.part !== part;
  document.body.dataset.shown = part;
  document.body.removeAttribute("data-recording");
  draw = () => {
    found("title").textContent = say(title);
    document.title = `${say(title)} – ${say("SERVICE")}`;
    redraw();
  };
  order("");
  tellGently("");
  draw();
  window.scrollTo(0, 0);
  found("title").focus({ preventScroll: true });
}

/** Which login it is about; null when that is not known. */
export function showBegun(begun) {
  show("begun", "BEGUN", () => {
    const what = found("begun-what");
    if (begun) {
      const time = begun.at.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit" });
      what.textContent = say(begun.isStepUp ? "BEGUN_STEP_UP" : "BEGUN_LOGIN", { time });
    } else {
      what.textContent = say("BEGUN_SOMEWHERE");
    }
    // Somebody's words: isolated, so that they turn nothing around them.
    const device = begun && `\u2068${begun.device}\u2069`;
    found("begun-on").textContent = begun ? say("BEGUN_ON", { device }) : "";
  });
}

export function showStart({ agreed }) {
  found("agreed").hidden = !agreed;
  found("agree").dataset.say = agreed ? "OPEN_CAMERA" : "AGREE";
  show("start", "START", () => {
    found("agree").textContent = say(found("agree").dataset.say);
  });
}

export function showSandbox() {
  show("sandbox", "SANDBOX");
}

/** Something is waited for; `why` is the key of what is said about it. */
export function showPause(title, why, values = {}) {
  show("pause", title, () => {
    found("pause-why").textContent = say(why, values);
  });
  tellGently(say(why, values));
}

/** Seconds left, without saying each of them aloud. */
export function showSeconds(why, seconds) {
  found("pause-why").textContent = say(why, { seconds });
}

export function showReady() {
  found("order").hidden = true;
  found("begin").hidden = false;
  found("ring").setAttribute("stroke-dasharray", "0 100");
  show("camera", "READY", () => {
    found("camera-why").textContent = say("READY_WHY");
  });
  tellGently(say("READY_WHY"));
}

/** "GOOD", "DARK", "BRIGHT", or null for not known. */
export function showLight(light) {
  const [line, text] = [found("light"), light ? say(`LIGHT_${light}`) : ""];
  line.hidden = !light;
  line.dataset.light = light ?? "";
  if (line.textContent === text) return;
  line.textContent = text;
  if (light !== "GOOD") tellGently(text);
}

export function showRecording() {
  const stop = found("stop");
  showLight(null);
  found("begin").hidden = true;
  found("order").hidden = false;
  show("camera", "RECORDING", () => {
    found("camera-why").textContent = "";
  });
  document.body.dataset.recording = "";
  stop.focus({ preventScroll: true });
}

/** A moment of the recording (`recording.js`) of so many movements. */
export function showMoment({ name, says, number }, count) {
  const values = { number, count };
  found("figure").setAttribute("href", `#draw-${name}`);
  found("order").dataset.figure = name;
  found("step").textContent = number ? say("STEP", values) : "";
  found("do").textContent = say(says);
  order(say(says));
}

export function showProgress(share) {
  found("ring").setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 100`);
}

/** `shown`, `tone`, `sign`, `again` of `endings.js`; `attempts` are left where that is to be said. */
export function showEnding({ shown, tone, sign, again, attempts, heard }) {
  const box = found("ending");
  box.className = `ending ${tone}`;
  found("sign").setAttribute("href", `#draw-${sign}`);
  found("again").hidden = !again;
  found("again").disabled = false;
  found("close").hidden = !heard;
  found("close").className = again ? "quiet" : "";
  found("wait").textContent = "";
  show("ending", shown, () => {
    found("why").textContent = say(`${shown}_WHY`);
    if (again) found("again").textContent = say(again);
    if (attempts !== undefined) found("wait").textContent = say("ATTEMPTS_LEFT", { count: attempts });
    else if (!heard && !again) found("wait").textContent = say("CLOSED");
  });
  tellGently(`${say(`${shown}_WHY`)} ${found("wait").textContent}`);
}

/** Keeps the button from being pressed for so long. */
export function holdBack(seconds) {
  const [button, line] = [found("again"), found("wait")];
  const ends = performance.now() + seconds * 1000;
  button.disabled = true;
  const tick = () => {
    const left = Math.ceil((ends - performance.now()) / 1000);
    if (button.hidden || !button.disabled) return;
    if (left <= 0) {
      button.disabled = false;
      line.textContent = "";
      return;
    }
    line.textContent = say("WAIT", { seconds: left });
    setTimeout(tick, 500);
  };
  tick();
  tellGently(line.textContent);
}

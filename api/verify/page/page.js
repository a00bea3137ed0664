// The verification page: consent, camera, recording, judgement, and a way on from each ending.

import { base64Of, Camera } from "./camera.js";
import { endingOf, JUDGED } from "./endings.js";
import { Gateway } from "./gateway.js";
import { forgetLink, keep, takeLink } from "./link.js";
import { KNOWN_ACTIONS, record } from "./recording.js";
import { allowSounds, beep, onLanguage, switchLanguage } from "./speaking.js";
import { Listener } from "./telling.js";
import * as view from "./view.js";

const MOST_WAITS = 4;
const MOST_WAIT_SECONDS = 30;
const LEAST_LEFT_MS = 25_000; // of a challenge, to record and send
const WATCH_LIGHT_MS = 700;

const found = (id) => document.getElementById(id);
const { base, consent, attempts } = document.body.dataset;
const link = takeLink();
const gateway = link && new Gateway(base, link.flow);
const origins = JSON.parse(found("origins").textContent);
const listener = new Listener(link?.origin, origins);
const camera = new Camera(found("preview"));

let challenge = null;
let frames = null; // what was recorded, until it is judged
let wasLost = false; // whether the last answer was
let recording = null; // stops it
let stopped = null; // why it was
let isBusy = false;
let watching = 0;
let result = "CANCELLED"; // what is told when the holder leaves
let isOver = false;

/** Nobody goes before the camera for a login that somebody else has begun. */
async function askWhose() {
  if (link.isMine) return start();
  view.showBegun(await gateway.begun());
}

function itIsMine() {
  link.isMine = true;
  keep(link);
  start();
}

function start() {
  view.showStart({ agreed: Boolean(link.challenge) });
}

async function agree() {
  allowSounds();
  if (!link.challenge) {
    view.showPause("OPENING", "OPENING_WHY");
    const answer = await gateway.consent(consent);
    if (answer.code !== "OK") return end(answer);
  }
  await prepare();
}

/** A challenge and an open camera, or the ending that says what is missing. */
async function prepare() {
  frames = null;
  view.showPause("OPENING", "OPENING_WHY");
  const refusal = await challengeOrRefusal();
  if (refusal) return end(refusal);
  if (challenge.sandbox) return view.showSandbox();
  if (!camera.isOpen) {
    const opened = await camera.open();
    if (opened !== "OK") return end({ code: opened });
  }
  view.showReady();
  watchLight();
}

async function challengeOrRefusal() {
  if (link.challenge) {
    // The app has asked for it; how long it lasts is not known here.
    challenge = { id: link.challenge, actions: link.actions, ends: performance.now() + 120_000 };
    link.challenge = null;
    keep(link);
  }
  if (!challenge || challenge.ends - performance.now() < LEAST_LEFT_MS) {
    const answer = await gateway.challenge();
    if (answer.code !== "OK") return answer;
    challenge = answer;
  }
  const isKnown = challenge.sandbox || challenge.actions.every((one) => KNOWN_ACTIONS.has(one));
  return isKnown && challenge.actions.length ? null : { code: "UNKNOWN_CHECK" };
}

function watchLight() {
  clearInterval(watching);
  view.showLight(camera.light());
  watching = setInterval(() => view.showLight(camera.light()), WATCH_LIGHT_MS);
}

async function begin() {
  clearInterval(watching);
  if (found("sounds").checked) allowSounds();
  const refusal = await challengeOrRefusal();
  if (refusal) return end(refusal);
  const { actions } = challenge;
  recording = new AbortController();
  const { signal } = recording;
  view.showRecording();
  const pictures = await record({
    camera,
    actions,
    signal,
    slower: found("slower").checked,
    progress: view.showProgress,
    show(moment) {
      view.showMoment(moment, actions.length);
      if (moment.number === 0) return;
      navigator.vibrate?.(60);
      if (found("sounds").checked) beep(moment.name !== "STRAIGHT");
    },
  });
  recording = null;
  if (pictures === null) return end({ code: stopped });
  camera.close();
  view.showPause("CHECKING", "CHECKING_WHY");
  frames = [];
  for (const { at, picture } of pictures) frames.push({ at, jpeg: await base64Of(picture) });
  await send();
}

/** Waits and sends again by itself while the gateway is busy. */
async function send() {
  view.showPause("CHECKING", "CHECKING_WHY");
  for (let waits = 0; ; waits += 1) {
    const answer = await gateway.submitFrames(challenge.id, frames);
    if (answer.code !== "BUSY" || waits === MOST_WAITS) return judged(answer);
    await countDown(Math.min(MOST_WAIT_SECONDS, Math.max(1, answer.seconds)));
    view.showPause("CHECKING", "CHECKING_WHY");
  }
}

async function countDown(seconds) {
  view.showPause("CHECKING", "WAITING", { seconds });
  for (let left = seconds; left > 0; left -= 1) {
    view.showSeconds("WAITING", left);
    await new Promise((done) => setTimeout(done, 1000));
  }
}

async function judged(answer) {
  if (answer.code === "STEP_OUT_OF_ORDER" && wasLost) {
    // Judged already, and the answer was lost: only one that was refused may begin anew.
    const anew = await gateway.challenge();
    challenge = anew.code === "OK" ? anew : null;
    frames = null;
    return end({ code: challenge ? "CHALLENGE_NOT_CURRENT" : "STEP_OUT_OF_ORDER" });
  }
  wasLost = answer.code === "NETWORK_LOST";
  if (answer.code === "OK") return end({ code: "REAL_PERSON_PROVED" });
  if (!["BUSY", "NETWORK_LOST"].includes(answer.code)) {
    frames = null;
    challenge = null;
  }
  if (JUDGED.has(answer.code)) {
    link.refused += 1;
    keep(link);
    listener.tell("refused", answer.code);
    if (link.refused >= Number(attempts)) return end({ code: "FLOW_LOCKED" });
    return end({ ...answer, attempts: Number(attempts) - link.refused });
  }
  return end(answer);
}

/** Shows how it ended. Whatever it was, the camera is off and nobody is recorded. */
function end({ code, advice, seconds, attempts: left }) {
  clearInterval(watching);
  camera.close();
  const ending = endingOf(code, advice);
  result = code;
  if (ending.how === "resend" && !frames) Object.assign(ending, { again: "TRY_AGAIN", how: "anew" });
  found("again").dataset.how = ending.how ?? "";
  view.showEnding({ ...ending, attempts: left, heard: listener.isThere });
  if (ending.ends) finish(code);
  else if (seconds) view.holdBack(seconds);
}

function finish(code) {
  if (isOver) return;
  isOver = true;
  frames = null;
  challenge = null;
  forgetLink();
  listener.tell("finished", code);
}

function leave() {
  finish(result);
  end({ code: result });
  found("again").hidden = true;
  window.close();
}

function stop(why) {
  stopped = why;
  if (recording) recording.abort();
  else end({ code: why });
}

async function goOn() {
  const { how } = found("again").dataset;
  if (how === "reload") window.location.reload();
  else if (how === "resend") await send();
  else await prepare();
}

async function playSandbox(proof) {
  view.showPause("CHECKING", "CHECKING_WHY");
  await judged(await gateway.submitWords(challenge.id, proof));
}

/** One thing at a time, however often a button is pressed; what nobody thought of has an ending. */
function onPress(button, act) {
  button.addEventListener("click", async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await act();
    } catch {
      end({ code: "FAILED" });
    } finally {
      isBusy = false;
    }
  });
}

camera.onStopped = () => stop("CAMERA_STOPPED");
onPress(found("mine"), itIsMine);
onPress(found("not-mine"), () => end({ code: "SENT_BY_SOMEBODY" }));
onPress(found("agree"), agree);
onPress(found("begin"), begin);
onPress(found("again"), goOn);
for (const one of document.querySelectorAll("[data-proof]")) {
  onPress(one, () => playSandbox(one.dataset.proof));
}
found("language").addEventListener("click", switchLanguage);
found("stop").addEventListener("click", () => stop("CANCELLED"));
for (const one of document.querySelectorAll("[data-leave], #close")) {
  one.addEventListener("click", leave);
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden && recording) stop("INTERRUPTED");
});
window.addEventListener("pagehide", () => {
  stopped = "INTERRUPTED";
  recording?.abort();
  camera.close();
  frames = null;
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && !isOver) end({ code: "INTERRUPTED" });
});
onLanguage(() => {
  if (camera.isOpen && !recording) view.showLight(camera.light());
});

if (link) {
  listener.tell("opened");
  await askWhose();
} else {
  end({ code: "LINK_MISSING" });
}

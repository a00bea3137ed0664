// The recording: what is shown when, and a picture every so often meanwhile.
//
// A moment looking straight into the camera, then each movement: do it, and back. The gateway judges
// what it sees, in order; it does not judge whether a movement came at its prompt.

const STRAIGHT_MS = 1_700;
const DO_MS = 1_550;
const BACK_MS = 1_050;
const SLOWER = 1.9;
const FIRST_AFTER_MS = 400; // the camera has come to rest
const PICTURES = 20; // each costs the gateway a tenth of a second
const MAX_PICTURES = 40;

export const KNOWN_ACTIONS = new Set([
  "TURN_LEFT", "TURN_RIGHT", "LOOK_UP", "OPEN_MOUTH", "COME_CLOSER",
]);

/** `{name, says, number, ms}` in order; `says` is the key of a text. */
function momentsOf(actions, pace) {
  const moments = [{ name: "STRAIGHT", says: "DO_STRAIGHT", number: 0, ms: STRAIGHT_MS * pace }];
  actions.forEach((name, place) => {
    moments.push({ name, says: `DO_${name}`, number: place + 1, ms: DO_MS * pace });
    moments.push({ name: "STRAIGHT", says: `BACK_${name}`, number: place + 1, ms: BACK_MS * pace });
  });
  return moments;
}

/**
 * Pictures with their milliseconds since the first one; null when `signal` stopped it.
 * `show(moment)` is called at each moment, `progress(share)` often, from 0 to 1.
 */
export async function record({ camera, actions, slower, show, progress, signal }) {
  const moments = momentsOf(actions, slower ? SLOWER : 1);
  const whole = moments.reduce((sum, moment) => sum + moment.ms, 0);
  const every = Math.max(240, whole / PICTURES);
  const began = performance.now();
  const pictures = [];
  let next = FIRST_AFTER_MS;
  let ends = 0;
  for (const moment of moments) {
    show(moment);
    ends += moment.ms;
    for (;;) {
      const passed = performance.now() - began;
      progress(Math.min(1, passed / whole));
      if (passed >= ends) break;
      if (passed >= next && pictures.length < MAX_PICTURES) {
        next = passed + every;
        const picture = await camera.picture();
        if (picture) pictures.push({ at: Math.round(passed), picture });
      }
      await pause(Math.min(40, ends - passed));
      if (signal.aborted) return null;
    }
  }
  const first = pictures[0]?.at ?? 0;
  return pictures.map(({ at, picture }) => ({ at: at - first, picture }));
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, Math.max(0, ms)));
}

// What the page does about each code: the sign it shows, and the way on.
//
// `ends`: the login cannot go on here, the opener is told and what the page knows is forgotten.
// `again`: the key of the button that goes on, `how` it does.

const anew = { again: "TRY_AGAIN", how: "anew" };
const resend = { again: "SEND_AGAIN", how: "resend" };
const reload = { again: "TRY_AGAIN", how: "reload" };
const over = { ends: true };

const WAYS = {
  REAL_PERSON_PROVED: { ...over, tone: "good", sign: "done" },
  NOT_LIVE: { ...anew, sign: "TURN_LEFT" },
  NOT_THE_HOLDER: { ...anew, sign: "face" },
  POOR_QUALITY: { ...anew, sign: "light" },
  NO_FACE: { ...anew, sign: "face" },
  TWO_FACES: { ...anew, sign: "face" },
  TOO_DARK: { ...anew, sign: "light" },
  TOO_BRIGHT: { ...anew, sign: "light" },
  FACE_TOO_SMALL: { ...anew, sign: "COME_CLOSER" },
  FACE_CUT_OFF: { ...anew, sign: "face" },
  BLURRED: { ...anew, sign: "camera" },
  COVERED: { ...anew, sign: "face" },
  TURNED_AWAY: { ...anew, sign: "STRAIGHT" },
  CHALLENGE_NOT_CURRENT: { ...anew, tone: "odd", sign: "time" },
  CONSENT_VERSION_OUTDATED: { ...reload, tone: "odd", sign: "face" },
  TOO_MANY_ATTEMPTS: { ...anew, tone: "odd", sign: "time" },
  FLOW_LOCKED: { ...over, sign: "time" },
  FLOW_EXPIRED: { ...over, sign: "time" },
  FLOW_COMPLETED: { ...over, tone: "odd", sign: "done" },
  STEP_OUT_OF_ORDER: { ...over, tone: "odd", sign: "done" },
  PROVIDER_UNAVAILABLE: { ...anew, tone: "odd", sign: "time" },
  LINK_MISSING: { ...over, tone: "odd", sign: "camera" },
  UNKNOWN_CHECK: { ...over, tone: "odd", sign: "camera" },
  CAMERA_REFUSED: { ...anew, sign: "no-camera" },
  CAMERA_MISSING: { ...anew, sign: "no-camera" },
  CAMERA_BUSY: { ...anew, sign: "no-camera" },
  CAMERA_STOPPED: { ...anew, sign: "no-camera" },
  NO_CAMERA_HERE: { sign: "no-camera" },
  INTERRUPTED: { ...anew, tone: "odd", sign: "time" },
  NETWORK_LOST: { ...resend, tone: "odd", sign: "network" },
  OFFLINE: { ...anew, tone: "odd", sign: "network" },
  BUSY: { ...resend, tone: "odd", sign: "time" },
  FAILED: { ...anew, sign: "time" },
  SENT_BY_SOMEBODY: { ...over, tone: "odd", sign: "face" },
  CANCELLED: { ...anew, tone: "odd", sign: "camera" },
};

/** Of the proof that was judged, so that it used up an attempt. */
export const JUDGED = new Set([
  "NOT_LIVE", "NOT_THE_HOLDER", "POOR_QUALITY", "CHALLENGE_NOT_CURRENT",
]);

/** `code` and, with POOR_QUALITY, what to do better → what to show. */
export function endingOf(code, advice) {
  const shown = advice in WAYS ? advice : code in WAYS ? code : "FAILED";
  return { shown, tone: "bad", ...WAYS[shown] };
}

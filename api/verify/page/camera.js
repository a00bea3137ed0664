// The camera: opened, watched for light, and its middle taken as a picture of three by four.
//
// What is taken is what the preview shows; who stands at the side of a wide picture is not in it.

const WIDTH = 480;
const HEIGHT = 640;
const QUALITY = 0.72; // some 35 kB, so that all of them go through a slow network in 10 s
const MAX_BYTES = 90_000;
const LOWER_QUALITY = 0.45;
const DARK = 55;
const BRIGHT = 222;

const FAULTS = {
  NotAllowedError: "CAMERA_REFUSED",
  SecurityError: "CAMERA_REFUSED",
  NotFoundError: "CAMERA_MISSING",
  OverconstrainedError: "CAMERA_MISSING",
  NotReadableError: "CAMERA_BUSY",
  AbortError: "CAMERA_BUSY",
};

export class Camera {
  #video;
  #canvas = document.createElement("canvas");
  #small = document.createElement("canvas");
  #stream = null;
  /** Called when the camera is taken away. */
  onStopped = () => {};

  constructor(video) {
    this.#video = video;
    this.#small.width = 24;
    this.#small.height = 32;
  }

  /** "OK", or why not. */
  async open() {
    this.close();
    if (!navigator.mediaDevices?.getUserMedia) return "NO_CAMERA_HERE";
    const wanted = { facingMode: "user", width: { ideal: 960 }, height: { ideal: 720 } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
      const [track] = this.#stream.getVideoTracks();
      track.addEventListener("ended", () => {
        this.close();
        this.onStopped();
      });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
    } catch (fault) {
      this.close();
      return FAULTS[fault.name] ?? "CAMERA_BUSY";
    }
    return "OK";
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    // Nothing of a face stays in the page.
    for (const one of [this.#canvas, this.#small]) {
      one.getContext("2d").clearRect(0, 0, one.width, one.height);
    }
  }

  get isOpen() {
    return this.#stream !== null;
  }

  /** A JPEG of this moment; null while there is none. */
  async picture() {
    if (!this.#draw(this.#canvas, true)) return null;
    const picture = await this.#jpeg(QUALITY);
    return picture && picture.size > MAX_BYTES ? this.#jpeg(LOWER_QUALITY) : picture;
  }

  /** "GOOD", "DARK" or "BRIGHT", by the middle of the picture; null while there is none. */
  light() {
    if (!this.#draw(this.#small, false)) return null;
    const { width, height } = this.#small;
    const [left, top] = [width / 4, height / 5];
    const middle = this.#small.getContext("2d").getImageData(left, top, width / 2, height / 2);
    let sum = 0;
    for (let at = 0; at < middle.data.length; at += 4) {
      sum += 0.299 * middle.data[at] + 0.587 * middle.data[at + 1] + 0.114 * middle.data[at + 2];
    }
    const mean = sum / (middle.data.length / 4);
    return mean < DARK ? "DARK" : mean > BRIGHT ? "BRIGHT" : "GOOD";
  }

  #jpeg(quality) {
    return new Promise((done) => this.#canvas.toBlob(done, "image/jpeg", quality));
  }

  #draw(canvas, sized) {
    const { videoWidth: across, videoHeight: down } = this.#video;
    if (!this.#stream || across === 0) return false;
    const share = Math.min(across / WIDTH, down / HEIGHT);
    const [width, height] = [WIDTH * share, HEIGHT * share];
    if (sized) {
      // Never larger than the camera gives it.
      canvas.width = Math.round(Math.min(WIDTH, width));
      canvas.height = Math.round(Math.min(HEIGHT, height));
    }
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const [left, top] = [(across - width) / 2, (down - height) / 2];
    context.drawImage(
      this.#video, left, top, width, height, 0, 0, canvas.width, canvas.height,
    );
    return true;
  }
}

/** A picture as the gateway takes it. */
export async function base64Of(picture) {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

// Monaco asks here for its workers. They are files of ours, so the policy needs no `blob:`.

import type {} from "monaco-editor"; // declares MonacoEnvironment

window.MonacoEnvironment = {
  getWorker(_moduleId, label) {
    const kind = label === "json" || label === "graphql" ? label : "editor";
    return new Worker(WORKER_ADDRESSES[kind], { name: label });
  },
};

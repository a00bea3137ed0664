// The example operations, each with its title in two languages on its first lines.

import files from "examples";
import { language } from "./texts";

export interface Example {
  file: string;
  /** Runs as the portal of an employer, and not as a holder. */
  forPortals: boolean;
  title: string;
  /** The operation without its title lines. */
  query: string;
}

function exampleOf({ file, text }: { file: string; text: string }): Example {
  const titles = new Map<string, string>();
  const lines = text.split("\n");
  while (lines[0]?.startsWith("# ")) {
    const [, key = "", title = ""] = /^# (\w+): (.*)$/.exec(lines.shift() ?? "") ?? [];
    titles.set(key, title);
  }
  return { file, forPortals: /^\d+-employer-/.test(file), title: titles.get(language) ?? file, query: lines.join("\n") };
}

export const examples: readonly Example[] = files.map(exampleOf);

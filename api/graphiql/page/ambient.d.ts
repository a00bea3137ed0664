// What the bundler puts in place of names and imports that TypeScript cannot follow.

/** Address of each Monaco worker, filled in by bundle.mjs. */
declare const WORKER_ADDRESSES: Record<"editor" | "json" | "graphql", string>;

declare module "*.graphql" {
  const text: string;
  export default text;
}

declare module "*.svg" {
  const address: string;
  export default address;
}

declare module "*.css" {}

/** The files of examples/, sorted by name; made by bundle.mjs. */
declare module "examples" {
  const examples: readonly { file: string; text: string }[];
  export default examples;
}

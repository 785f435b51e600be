/** Types for the plain JavaScript set-up files that TypeScript imports. */
declare module "*/tools/runtime.mjs" {
  export const root: string;
  export function node20(): string;
  export function node24(): string;
}
declare module "*/tools/build.mjs" {
  export function build(): void;
}
declare module "*/tools/bundle.mjs" {
  /** `workspace`: a copy of this one. */
  export function bundleCommandLine(workspace?: string): Promise<void>;
}
declare module "*/tools/single-file.mjs" {
  /** Returns the path of the program. `on`: a platform of tools/pinned.json. */
  export function buildSingleFile(how?: { on?: string; out?: string }): Promise<string>;
}
declare module "*/tools/chromium.mjs" {
  export function chromium(): string;
}
declare module "*/tools/postgres.mjs" {
  export interface PostgresPrograms {
    /** The folder of initdb and postgres. */
    bin: string;
    /** For those from npm: contains bin and lib. */
    root?: string;
  }
  export function postgres(): PostgresPrograms;
}
declare module "*/tools/test-services.mjs" {
  export function askTestServices(name: "chromium" | "postgres"): Promise<string | undefined>;
}
declare module "*/tools/js-templates.mjs" {
  export function javascriptTemplates(): Map<string, string>;
}
declare module "*/tools/test-processes.mjs" {
  export interface EndedFile {
    file: string;
    count: { passed: number; failed: number; skipped: number };
    ms: number;
    text: string;
  }
  export function runFiles(
    files: string[],
    options: {
      processes: number;
      fileTimeoutMs: number;
      env: NodeJS.ProcessEnv;
      signal: AbortSignal;
      onFile(file: EndedFile): void;
      onFailures(text: string): void;
      isWaiting?(): boolean;
    },
  ): Promise<void>;
}
declare module "*/tools/from-npm.mjs" {
  export function bringTools(folder: string, title: string, megabytes: number): string;
  /** Undefined where npm has none for the platform. */
  export function packaged(what: "node-24" | "node-20"): { version: string } | undefined;
}
declare module "*/tools/kubernetes.mjs" {
  export function helmAndKubectl(): { helm: string; kubectl: string };
  export function kubectl(): string;
}
declare module "*/tools/check-commits.mjs" {
  export function mistakeIn(subject: string): string | undefined;
}

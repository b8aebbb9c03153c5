/** A built example as a child process on a port of its own, ended by its own process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { PATIENCE } from "../browser";

/** Ports that were free a moment ago: the server must know an app's origin before either starts. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

export interface AppOptions {
  /** Folder in `examples`. */
  readonly example: string;
  /** What Node is to run in that folder. */
  readonly command: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** What it prints when it can be asked. */
  readonly ready: RegExp;
}

/** A running example. */
export class App {
  readonly #child: ChildProcess;
  #output = "";

  private constructor({ example, command, env }: AppOptions) {
    this.#child = spawn(process.execPath, command, {
      cwd: fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url)),
      env: { ...withoutSettings(process.env), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  static async start(options: AppOptions): Promise<App> {
    const app = new App(options);
    const child = app.#child;
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}; it said:\n${app.#output}`));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        fail("the app did not start in time");
      }, PATIENCE);
      const read = (chunk: Buffer) => {
        app.#output += chunk.toString();
        if (!options.ready.test(app.#output)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => {
        clearTimeout(timer);
        fail(`the app ended with ${code}`);
      });
    });
    return app;
  }

  /** Ends it, and waits for its end. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }
}

/** Without the settings of whoever runs the tests. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^(NEXT_|PUBLIC_)?PARLOR_|^NODE_ENV$|^VITEST/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)));
}

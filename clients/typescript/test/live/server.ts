/** A real server of its own for a test: own port, own data, ended by its own process id. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** How long a server may take to say that it listens, in milliseconds; builds are unoptimised. */
const START = 20_000;

function binary(): string {
  const built = fileURLToPath(new URL("../../../../target/debug/parlor", import.meta.url));
  const path = process.env.PARLOR_BIN ?? built;
  if (!existsSync(path)) {
    throw new Error(
      `no server at ${path}: build it with "cargo build -p parlor" or set PARLOR_BIN`,
    );
  }
  return path;
}

/** The surroundings without settings of theirs: the server refuses names it does not know. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("PARLOR_")));
}

export class Server {
  readonly #data: string;
  #child: ChildProcess | null = null;
  #log: string[] = [];
  url = "";

  private constructor(data: string) {
    this.#data = data;
  }

  static async start(): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "parlor-live-")));
    await server.start();
    return server;
  }

  /** Starts it, on the port of before if there was one. */
  async start(): Promise<void> {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const child = spawn(
      binary(),
      ["serve", "--listen", listen, "--data-dir", this.#data, "--store", "sqlite"],
      {
        stdio: ["ignore", "pipe", "pipe"],
        // Many tests of one address: the limits on requests are not what is tested here.
        env: { ...withoutSettings(process.env), PARLOR_LIMITS_OFF: "true" },
      },
    );
    this.#child = child;
    this.url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failure("did not listen in time")), START);
      child.once("error", reject);
      child.once("exit", (code) => reject(this.#failure(`ended with ${code}`)));
      for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on("line", (line) => {
          this.#log.push(line);
          const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
          if (!found) return;
          clearTimeout(timer);
          resolve(found);
        });
      }
    });
  }

  /** A token for a backend, from the command line; the server may be running. */
  async serviceToken(): Promise<string> {
    const run = promisify(execFile);
    const { stdout } = await run(
      binary(),
      ["token", "--user", "backend", "--role", "service", "--data-dir", this.#data],
      { env: withoutSettings(process.env) },
    );
    return stdout.trim();
  }

  /** Ends it with this signal and waits until it is gone. */
  async stop(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.#data, { recursive: true, force: true });
  }

  /** What it has said, to be shown when a test fails. */
  get log(): string {
    return this.#log.slice(-40).join("\n");
  }

  #failure(what: string): Error {
    return new Error(`the server ${what}:\n${this.log}`);
  }
}

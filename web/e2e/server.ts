/** The real server as a child process on a port of its own, with a data directory of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Longest that a start may take, in milliseconds: a debug build on a busy machine. */
const START = 30_000;

const binary =
  process.env.PARLOR_BIN ?? fileURLToPath(new URL("../../target/debug/parlor", import.meta.url));

export interface ServerOptions {
  /** Address as it prints it; 0 lets the system choose the port. */
  readonly port?: number;
  readonly allowedOrigins?: string;
}

/** One server; `restart` keeps the port and the data. */
export class Server {
  readonly #dataDir = mkdtempSync(join(tmpdir(), "parlor-web-"));
  readonly #options: ServerOptions;
  #child: ChildProcess | null = null;
  #output = "";
  url = "";

  constructor(options: ServerOptions = {}) {
    this.#options = options;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async start(): Promise<void> {
    if (!existsSync(binary)) {
      throw new Error(`no server at ${binary}: build it, or set PARLOR_BIN`);
    }
    const port = this.url ? this.port : (this.#options.port ?? 0);
    const { allowedOrigins } = this.#options;
    const child = spawn(
      binary,
      [
        "serve",
        ...["--listen", `127.0.0.1:${port}`],
        ...["--data-dir", this.#dataDir],
        ...(allowedOrigins ? ["--allowed-origins", allowedOrigins] : []),
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment() },
    );
    this.#child = child;
    this.#output = "";
    this.url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}; it said:\n${this.#output}`));
      const timer = setTimeout(() => fail("the server did not start in time"), START);
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString();
        const address = /listening on (http:\/\/[\d.]+:\d+)/.exec(this.#output)?.[1];
        if (!address) return;
        clearTimeout(timer);
        resolve(address);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => {
        clearTimeout(timer);
        fail(`the server ended with ${code}`);
      });
    });
  }

  /** A token of a user with the role `admin`, as an operator makes it beside the running server. */
  adminToken(user: string): string {
    const args = ["token", "--user", user, "--role", "admin", "--data-dir", this.#dataDir];
    return execFileSync(binary, args, { encoding: "utf8", env: cleanEnvironment() }).trim();
  }

  /** Takes the power away. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** The end: the process and its data. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

/** Without the settings of whoever runs the tests; the server refuses names that it does not know. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("PARLOR_"));
  return Object.fromEntries(entries);
}

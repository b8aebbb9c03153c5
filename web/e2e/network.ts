/** A wire between browser and server that can be cut, and a server of plain files. */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Passes bytes on, until it is cut; some requests it may refuse, as the networks of some offices do. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #refused: readonly RegExp[] = [];
  readonly #server = createTcpServer((near) => {
    if (this.#cut) {
      near.destroy();
      return;
    }
    // A browser sends a request's first line in one piece, and no second request before the answer.
    near.on("data", (piece: Buffer) => {
      const line = piece.toString("latin1").split("\r\n", 1)[0] ?? "";
      if (this.#refused.some((one) => one.test(line))) near.destroy();
    });
    const far = connect(this.#port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  readonly #port: number;
  url = "";

  constructor(port: number) {
    this.#port = port;
  }

  async open(): Promise<this> {
    this.url = await listening(this.#server);
    return this;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks nothing and lets nothing through of what is open, until it is mended. */
  hold(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  mend(): void {
    this.#cut = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Cuts the connection of each request whose first line matches. What is open already stays. */
  refuse(...lines: RegExp[]): void {
    this.#refused = lines;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Serves the built pages from an origin that is not the server's. */
export class OtherOrigin {
  #api = "";
  readonly #server: HttpServer = createServer((request, response) => {
    const path = join(dist, new URL(request.url ?? "/", "http://x").pathname);
    if (path.startsWith(dist) && existsSync(path) && statSync(path).isFile()) {
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
      createReadStream(path).pipe(response);
      return;
    }
    const page = readFileSync(join(dist, "index.html"), "utf8");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      page.replace('name="parlor-api" content=""', `name="parlor-api" content="${this.#api}"`),
    );
  });
  url = "";

  async open(): Promise<this> {
    this.url = await listening(this.#server);
    return this;
  }

  /** What the pages are told: where the API is. */
  set api(url: string) {
    this.#api = url;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function listening(server: HttpServer | ReturnType<typeof createTcpServer>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

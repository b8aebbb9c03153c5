/** What one file of tests lives in: a server, a browser, the windows it opened. Torn down after. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launch, openWindow, type Window } from "./browser";
import { Server, type ServerOptions } from "./server";

export interface World {
  readonly server: Server;
  /** Opens a window of its own. It is closed after the test, and must not have complained. */
  readonly open: (url?: string, options?: BrowserContextOptions) => Promise<Page>;
}

export function world(options: ServerOptions | (() => Promise<ServerOptions>) = {}): World {
  let server: Server | null = null;
  let browser: Browser | null = null;
  let windows: Window[] = [];

  beforeAll(async () => {
    server = new Server(typeof options === "function" ? await options() : options);
    [browser] = await Promise.all([launch(), server.start()]);
  });
  afterEach(async () => {
    const closing = windows;
    windows = [];
    await Promise.all(closing.map(({ page }) => page.context().close()));
    expect(closing.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  return {
    get server() {
      if (!server) throw new Error("the server is not there before the first test");
      return server;
    },
    open: async (url, given) => {
      if (!browser) throw new Error("the browser is not there before the first test");
      const window = await openWindow(browser, given);
      windows.push(window);
      if (url) await window.page.goto(url);
      return window.page;
    },
  };
}

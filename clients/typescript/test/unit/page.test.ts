// @vitest-environment jsdom
/** What the page was served with, and what the browser tells. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { apiUrlFromPage, GameSync, initialFromPage } from "../../src/index.js";
import { pageSignals } from "../../src/signals.js";
import { FakeTransport, SESSION, snapshot } from "./fake.js";

afterEach(() => {
  document.head.innerHTML = "";
  document.body.innerHTML = "";
  vi.restoreAllMocks();
});

describe("the page's own view", () => {
  it("is shown before any connection", () => {
    document.body.innerHTML = `<script type="application/json" id="parlor-initial">${JSON.stringify(snapshot(4))}</script>`;
    const sync = new GameSync({ session: SESSION, initial: initialFromPage(SESSION) });
    expect(sync.getState()).toMatchObject({
      view: { n: 4 },
      version: 4,
      status: { state: "connecting", transport: null },
    });
    expect(initialFromPage("8")).toBeNull();
  });

  it("is none when it is missing or broken", () => {
    expect(initialFromPage(SESSION)).toBeNull();
    document.body.innerHTML = '<script type="application/json" id="parlor-initial">{</script>';
    expect(initialFromPage(SESSION)).toBeNull();
  });

  it("is never a step back from what has come since", () => {
    const transport = new FakeTransport();
    const sync = new GameSync({ session: SESSION, initial: snapshot(4), transports: [transport] });
    sync.start();
    transport.last.says(snapshot(3));
    expect(sync.getState().version).toBe(4);
    expect(sync.getState().status.state).toBe("live");
    sync.close();
  });
});

describe("the address of the API", () => {
  it("stands in a meta tag", () => {
    expect(apiUrlFromPage()).toBe("");
    document.head.innerHTML = '<meta name="parlor-api" content="https://api.example">';
    expect(apiUrlFromPage()).toBe("https://api.example");
  });

  it("is the page's own origin by default", () => {
    const transport = new FakeTransport();
    const sync = new GameSync({ session: SESSION, transports: [transport] });
    sync.start();
    expect(transport.last.request.url).toBe(location.origin);
    sync.close();
  });
});

describe("signals", () => {
  it("hears visibility and network until it leaves", () => {
    let heard = 0;
    const leave = pageSignals.listen(() => {
      heard += 1;
    });
    document.dispatchEvent(new Event("visibilitychange"));
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("offline"));
    expect(heard).toBe(3);
    leave();
    window.dispatchEvent(new Event("online"));
    expect(heard).toBe(3);
  });

  it("reads the browser's word", () => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    expect([pageSignals.hidden(), pageSignals.online()]).toEqual([true, false]);
  });
});

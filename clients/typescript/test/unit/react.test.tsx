// @vitest-environment jsdom
import { act, memo, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useGameSync } from "../../src/react.js";
import { type Board, FakeTransport, patch, setN, snapshot } from "./fake.js";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let session = 100;
let transport: FakeTransport;

beforeEach(() => {
  vi.useFakeTimers();
  session += 1;
  transport = new FakeTransport();
});
afterEach(() => {
  vi.useRealTimers();
});

const mine = (message: object) => ({ ...message, session: String(session) });

function useBoard() {
  return useGameSync<Board>({
    session: String(session),
    url: "http://server",
    transports: [transport],
  });
}

function Show() {
  const { view, status } = useBoard();
  return (
    <p>
      {view?.n ?? "–"} {status.state}
    </p>
  );
}

function mount(element: React.ReactNode) {
  const host = document.createElement("div");
  const root = createRoot(host);
  act(() => root.render(element));
  return {
    host,
    render: (next: React.ReactNode) => act(() => root.render(next)),
    unmount: () => act(() => root.unmount()),
  };
}

describe("useGameSync", () => {
  it("renders what the server says", async () => {
    const { host, unmount } = mount(<Show />);
    expect(host.textContent).toBe("– connecting");
    await act(async () => transport.last.says(mine(snapshot(1))));
    expect(host.textContent).toBe("1 live");
    await act(async () => transport.last.says(mine(setN(2))));
    expect(host.textContent).toBe("2 live");
    unmount();
  });

  it("makes one connection under strict mode, for all components of a session", async () => {
    const { host, unmount } = mount(
      <StrictMode>
        <Show />
        <Show />
      </StrictMode>,
    );
    act(() => void vi.advanceTimersByTime(5000));
    expect(transport.connections).toHaveLength(1);
    expect(transport.last.closed).toBe(false);
    await act(async () => transport.last.says(mine(snapshot(1))));
    expect(host.textContent).toBe("1 live1 live");
    unmount();
    expect(transport.last.closed).toBe(false);
    vi.advanceTimersByTime(250);
    expect(transport.last.closed).toBe(true);
    expect(transport.connections).toHaveLength(1);
  });

  it("keeps the connection while one page replaces another, and opens anew after it was closed", async () => {
    const first = mount(<Show />);
    first.unmount();
    const second = mount(<Show />);
    vi.advanceTimersByTime(1000);
    expect(transport.connections).toHaveLength(1);
    second.unmount();
    vi.advanceTimersByTime(1000);
    const third = mount(<Show />);
    expect(transport.connections).toHaveLength(2);
    third.unmount();
  });

  it("follows another session when it is told to", async () => {
    const { host, render, unmount } = mount(<Show />);
    await act(async () => transport.last.says(mine(snapshot(1))));
    session += 1;
    render(<Show />);
    expect(host.textContent).toBe("– connecting");
    expect(transport.connections).toHaveLength(2);
    act(() => void vi.advanceTimersByTime(250));
    expect(transport.connections[0]?.closed).toBe(true);
    await act(async () => transport.last.says(mine(snapshot(5))));
    expect(host.textContent).toBe("5 live");
    unmount();
  });

  it("renders a memoised part again only when it changed", async () => {
    const renders = { tags: 0, all: 0 };
    const Tags = memo(({ tags }: { tags: readonly string[] | undefined }) => {
      renders.tags += 1;
      return <i>{tags?.join()}</i>;
    });
    function Page() {
      const { view } = useBoard();
      renders.all += 1;
      return <Tags tags={view?.tags} />;
    }
    const { unmount } = mount(<Page />);
    await act(async () => transport.last.says(mine(snapshot(1, { n: 1, tags: ["a"] }))));
    const before = { ...renders };
    await act(async () => transport.last.says(mine(setN(2))));
    await act(async () => transport.last.says(mine(snapshot(3, { n: 3, tags: ["a"] }))));
    expect(renders).toEqual({ tags: before.tags, all: before.all + 2 });
    const more = patch(4, [{ op: "add", path: "/tags/-", value: "b" }]);
    await act(async () => transport.last.says(mine(more)));
    expect(renders.tags).toBe(before.tags + 1);
    unmount();
  });

  it("sends, shows at once and rolls back", async () => {
    let send: ReturnType<typeof useBoard>["send"] | undefined;
    function Page() {
      const board = useBoard();
      send = board.send;
      return <b>{board.view?.n}</b>;
    }
    const { host, unmount } = mount(<Page />);
    await act(async () => transport.last.says(mine(snapshot(1))));
    await act(async () => {
      send?.({}, { id: "a", optimistic: (view) => ({ ...view, n: 9 }) }).catch(() => {});
    });
    expect(host.textContent).toBe("9");
    await act(async () =>
      transport.last.says(
        mine({ type: "result", ref: "a", error: { code: "RULE", message: "no" } }),
      ),
    );
    expect(host.textContent).toBe("1");
    unmount();
  });

  it("connects to nothing while it is rendered on a server", () => {
    expect(renderToString(<Show />)).toContain("connecting");
    expect(transport.connections).toEqual([]);
  });
});

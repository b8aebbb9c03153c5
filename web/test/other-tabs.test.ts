/** Two tabs are of one user: what the storage tells is followed. */
import { expect, test } from "vitest";
import { followOtherTabs } from "../src/login/other-tabs";

test("a login is taken over, a log-out is one here too, and other keys are nobody's business", () => {
  const asked: string[] = [];
  const api = { adopt: () => asked.push("adopt"), logout: async () => void asked.push("logout") };
  const target = new EventTarget();
  const stop = followOtherTabs(api as never, target as never);
  const tell = (key: string | null, newValue: string | null) =>
    target.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
  tell("parlor.login", "{}");
  tell("parlor.theme", "dark");
  tell(null, null);
  expect(asked).toEqual(["adopt"]);
  tell("parlor.login", null);
  expect(asked).toEqual(["adopt", "logout"]);
  stop();
  tell("parlor.login", "{}");
  expect(asked).toHaveLength(2);
});

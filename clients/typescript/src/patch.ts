/**
 * RFC 6902 patches on immutable values: only what lies on the way to a change is copied, the rest
 * keeps its identity, so that a memoised component renders again only when its part changed.
 */
import type { PatchOperation } from "./messages.js";

type Container = unknown[] | Record<string, unknown>;

/** The value after all operations; throws when one of them cannot be applied. `value` is untouched. */
export function applyPatch(value: unknown, operations: readonly PatchOperation[]): unknown {
  // Containers made by this call: they may be changed in place, since nobody else has them yet.
  const own = new Set<unknown>();
  let root = value;
  for (const operation of operations) {
    const { op, path } = operation;
    const keys = keysOf(path);
    if (op === "add" || op === "replace") {
      if (!("value" in operation)) fail();
      root = edit(root, keys, 0, op, operation.value, own);
    } else if (op === "remove") {
      root = edit(root, keys, 0, op, undefined, own);
    } else if (op === "test") {
      const found = read(root, keys);
      if (!("value" in operation) || share(found, operation.value) !== found) fail();
    } else if (op === "copy" || op === "move") {
      const from = keysOf(operation.from);
      const moved = read(root, from);
      if (op === "move") {
        if (path === operation.from) continue;
        if (path.startsWith(`${operation.from}/`)) fail();
        root = edit(root, from, 0, "remove", undefined, own);
      } else {
        // From here on the same container stands in two places: no change in place any more.
        own.clear();
      }
      root = edit(root, keys, 0, "add", moved, own);
    } else {
      fail();
    }
  }
  return root;
}

/**
 * `next`, with every part that equals its counterpart in `previous` replaced by it. Returns
 * `previous` itself when the two are equal.
 */
export function share(previous: unknown, next: unknown): unknown {
  if (previous === next || !isContainer(previous) || !isContainer(next)) return next;
  if (Array.isArray(previous) !== Array.isArray(next)) return next;
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(previous).length;
  const entries = keys.map((key) => {
    const before = Object.hasOwn(previous, key) ? at(previous, key) : undefined;
    const shared = share(before, at(next, key));
    same &&= shared === before && Object.hasOwn(previous, key);
    return [key, shared] as const;
  });
  if (same) return previous;
  return Array.isArray(next) ? entries.map((entry) => entry[1]) : Object.fromEntries(entries);
}

function edit(
  node: unknown,
  keys: readonly string[],
  depth: number,
  op: "add" | "replace" | "remove",
  value: unknown,
  own: Set<unknown>,
): unknown {
  const key = keys[depth];
  if (key === undefined) return op === "remove" ? null : value;
  const last = depth === keys.length - 1;
  const target = mutable(node, own);
  if (Array.isArray(target)) {
    const index = indexIn(target, key, last && op === "add");
    if (!last) target[index] = edit(target[index], keys, depth + 1, op, value, own);
    else if (op === "replace") target[index] = value;
    else if (op === "add") target.splice(index, 0, value);
    else target.splice(index, 1);
  } else {
    if (key === "__proto__") fail();
    if (!(last && op === "add") && !Object.hasOwn(target, key)) fail();
    if (!last) target[key] = edit(target[key], keys, depth + 1, op, value, own);
    else if (op === "remove") delete target[key];
    else target[key] = value;
  }
  return target;
}

function mutable(node: unknown, own: Set<unknown>): Container {
  if (!isContainer(node)) fail();
  if (own.has(node)) return node;
  const copy = Array.isArray(node) ? node.slice() : { ...node };
  own.add(copy);
  return copy;
}

function read(root: unknown, keys: readonly string[]): unknown {
  let node = root;
  for (const key of keys) {
    if (Array.isArray(node)) node = node[indexIn(node, key, false)];
    else if (isContainer(node) && Object.hasOwn(node, key)) node = at(node, key);
    else fail();
  }
  return node;
}

function indexIn(array: readonly unknown[], key: string, insert: boolean): number {
  if (insert && key === "-") return array.length;
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.POSITIVE_INFINITY;
  if (index >= array.length + (insert ? 1 : 0)) fail();
  return index;
}

function keysOf(pointer: string): string[] {
  if (pointer === "") return [];
  if (typeof pointer !== "string" || pointer[0] !== "/") fail();
  return pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

function at(container: Container, key: string): unknown {
  return (container as Record<string, unknown>)[key];
}

function fail(): never {
  throw new Error("the patch does not fit the value");
}

/** Prints what the browser loads, gzipped, and fails when the first page outgrows its budget. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Bytes, gzipped: what a phone must load before the board shows. React alone is about 60 KiB. */
const FIRST_PAGE_BUDGET = 100 * 1024;

const dist = new URL("../dist/", import.meta.url).pathname;
const html = readFileSync(join(dist, "index.html"), "utf8");
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(dist.length))
  .sort();

let first = 0;
for (const file of files) {
  const bytes = readFileSync(join(dist, file));
  const gz = gzipSync(bytes, { level: 9 }).length;
  const isFirst = file === "index.html" || html.includes(`/${file}"`);
  if (isFirst) first += gz;
  console.log(
    `${String(bytes.length).padStart(8)}  ${String(gz).padStart(7)} gz  ${isFirst ? "first" : "later"}  ${file}`,
  );
}
console.log(`first page: ${first} bytes gzipped of ${FIRST_PAGE_BUDGET}`);
if (first > FIRST_PAGE_BUDGET) {
  console.error(
    "The first page is over its budget; split something off or raise it with a reason.",
  );
  process.exit(1);
}

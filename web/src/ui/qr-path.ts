/** Rows of modules as an SVG path: one rectangle for each run of dark ones. Pure. */

export function qrPath(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    let x = 0;
    while (x < row.length) {
      if (!row[x]) {
        x += 1;
        continue;
      }
      const start = x;
      while (row[x]) x += 1;
      path += `M${start} ${y}h${x - start}v1H${start}z`;
    }
  });
  return path;
}

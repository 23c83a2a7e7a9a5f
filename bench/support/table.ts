export interface Table {
  columns: readonly string[];
  /** A cell for each column; numbers are aligned to the right. */
  rows: readonly (readonly (string | number)[])[];
}

const GAP = '  ';

/** The table as text: a line for the columns' names, one below them, and one for each row. */
export function renderTable({ columns, rows }: Table): string {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => String(row[index] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[], isRight: (index: number) => boolean): string =>
    widths
      .map((width, index) => {
        const text = String(cells[index] ?? '');
        return isRight(index) ? text.padStart(width) : text.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  const isNumeric = (index: number): boolean => rows.every((row) => typeof row[index] === 'number');
  return [
    line(columns, isNumeric),
    widths.map((width) => '-'.repeat(width)).join(GAP),
    ...rows.map((row) => line(row, (index) => typeof row[index] === 'number')),
    '',
  ].join('\n');
}

/** For a table: no more digits than a single run is worth. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

export interface Table {
  columns: readonly string[];
  /** A cell for each column; numbers are right-aligned. */
  rows: readonly (readonly (string | number)[])[];
}

const GAP = '  ';

/** Renders the table as text: the columns' names, a rule, and one line for each row. */
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

/** Rounds a figure for a table, to the precision of a single run. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

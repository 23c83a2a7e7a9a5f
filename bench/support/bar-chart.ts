export interface BarChart {
  title: string;
  /** Unit of the values, as shown. */
  unit: string;
  /** From top to bottom; no value is negative. */
  bars: readonly { label: string; value: number }[];
}

const WIDTH = 640;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 32;
const TOP = 44;
const LABEL_WIDTH = 190;
/** Space for the value after the longest bar. */
const VALUE_WIDTH = 110;

/** Renders the chart as an SVG document that is readable on light and dark pages alike. */
export function renderBarChart({ title, unit, bars }: BarChart): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const rows = bars.map(({ label, value }, index) => {
    const y = TOP + index * ROW_HEIGHT;
    const width = Math.max(1, Math.round((value / longest) * room));
    const baseline = y + BAR_HEIGHT - 6;
    return [
      `<text x="${LABEL_WIDTH - 10}" y="${baseline}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="#2f7fb8"/>`,
      `<text x="${LABEL_WIDTH + width + 8}" y="${baseline}">${escape(String(value))} ${escape(unit)}</text>`,
    ].join('\n');
  });
  const height = TOP + bars.length * ROW_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"` +
      ' font-family="sans-serif" font-size="13" fill="#6b7280" role="img">',
    `<title>${escape(title)}</title>`,
    `<text x="10" y="24" font-size="15" font-weight="bold">${escape(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import { describe, expect, it } from 'vitest';
import { renderBarChart } from './bar-chart.js';

const widths = (svg: string): number[] =>
  [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));

describe('a bar chart', () => {
  it('has a bar for each value, in proportion to the largest', () => {
    const svg = renderBarChart({
      title: 'Chunks',
      unit: 'a second',
      bars: [
        { label: 'bare', value: 200 },
        { label: 'ringback', value: 100 },
      ],
    });
    const [longest = 0, half = 0] = widths(svg);
    expect(half).toBe(longest / 2);
    expect(svg).toContain('>bare</text>');
    expect(svg).toContain('>100 a second</text>');
  });

  it('draws a bar of minimal width for a value that is tiny or zero', () => {
    const bars = [
      { label: 'large', value: 1_000_000 },
      { label: 'small', value: 0.1 },
    ];
    expect(widths(renderBarChart({ title: '', unit: '', bars }))[1]).toBe(1);
    expect(widths(renderBarChart({ title: '', unit: '', bars: [{ label: 'none', value: 0 }] }))).toEqual([1]);
  });

  it('escapes markup in labels', () => {
    const svg = renderBarChart({ title: 'a < b & c', unit: '', bars: [] });
    expect(svg).toContain('a &lt; b &amp; c');
  });
});

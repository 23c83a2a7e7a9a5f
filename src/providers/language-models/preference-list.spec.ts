import { describe, expect, it } from 'vitest';
import { PreferenceList } from './preference-list.js';

const LOCATIONS = ['europe-west1', 'europe-west4', 'europe-north1'];
const make = () => new PreferenceList(LOCATIONS.map((name) => ({ name })));
const order = (regions: ReturnType<typeof make>, nowMs: number) =>
  regions.inOrder(nowMs).map(({ name }) => name);

describe('choices such as the regions of a model', () => {
  it('are asked in order of preference', () => {
    expect(order(make(), 0)).toEqual(LOCATIONS);
  });

  it('are skipped while they are paused, and preferred again afterwards', () => {
    const regions = make();
    regions.pause('europe-west1', 100, 0);
    expect(order(regions, 99)).toEqual(['europe-west4', 'europe-north1']);
    expect(order(regions, 100)).toEqual(LOCATIONS);
  });

  it('are paused for half a minute when they request no pause', () => {
    const regions = make();
    regions.pause('europe-west1', undefined, 0);
    expect(order(regions, 29_999)).not.toContain('europe-west1');
    expect(order(regions, 30_000)).toContain('europe-west1');
  });

  it('are reduced to the one that resumes first when all are paused', () => {
    const regions = make();
    for (const [index, location] of LOCATIONS.entries()) regions.pause(location, 300 - index * 100, 0);
    expect(order(regions, 50)).toEqual(['europe-north1']);
  });
});

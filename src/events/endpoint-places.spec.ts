import { describe, expect, it } from '@jest/globals';
import { EndpointPlaces } from './endpoint-places.js';

describe('the places of endpoints', () => {
  it('are each endpoint’s own, and free again when they are left', () => {
    const places = new EndpointPlaces(2);

    expect([places.enter('a'), places.enter('a'), places.enter('a')]).toEqual([true, true, false]);
    expect(places.enter('b')).toBe(true);
    places.leave('a');
    expect([places.enter('a'), places.enter('a')]).toEqual([true, false]);
  });

  it('are not more for who leaves twice', () => {
    const places = new EndpointPlaces(1);
    places.enter('a');
    places.leave('a');
    places.leave('a');

    expect([places.enter('a'), places.enter('a')]).toEqual([true, false]);
  });
});

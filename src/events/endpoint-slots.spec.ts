import { describe, expect, it } from '@jest/globals';
import { EndpointSlots } from './endpoint-slots.js';

describe('the places of endpoints', () => {
  it('are each endpoint’s own, and free again when they are left', () => {
    const slots = new EndpointSlots(2);

    expect([slots.enter('a'), slots.enter('a'), slots.enter('a')]).toEqual([true, true, false]);
    expect(slots.enter('b')).toBe(true);
    slots.leave('a');
    expect([slots.enter('a'), slots.enter('a')]).toEqual([true, false]);
  });

  it('are not more for who leaves twice', () => {
    const slots = new EndpointSlots(1);
    slots.enter('a');
    slots.leave('a');
    slots.leave('a');

    expect([slots.enter('a'), slots.enter('a')]).toEqual([true, false]);
  });
});

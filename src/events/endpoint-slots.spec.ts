import { describe, expect, it } from 'vitest';
import { EndpointSlots } from './endpoint-slots.js';

describe('EndpointSlots', () => {
  it('limits each endpoint on its own, and frees a slot on leaving', () => {
    const slots = new EndpointSlots(2);

    expect([slots.enter('a'), slots.enter('a'), slots.enter('a')]).toEqual([true, true, false]);
    expect(slots.enter('b')).toBe(true);
    slots.leave('a');
    expect([slots.enter('a'), slots.enter('a')]).toEqual([true, false]);
  });

  it('gains no slot when one is left twice', () => {
    const slots = new EndpointSlots(1);
    slots.enter('a');
    slots.leave('a');
    slots.leave('a');

    expect([slots.enter('a'), slots.enter('a')]).toEqual([true, false]);
  });
});

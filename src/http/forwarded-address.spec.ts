import { describe, expect, it } from 'vitest';
import { readForwardedAddress } from './forwarded-address.js';

describe('an entry of X-Forwarded-For', () => {
  it.each([
    ['54.220.25.36', '54.220.25.36'],
    [' 54.220.25.36 ', '54.220.25.36'],
    ['54.220.25.36:51234', '54.220.25.36'],
    ['"54.220.25.36:51234"', '54.220.25.36'],
    ['[54.220.25.36]:51234', '54.220.25.36'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['::ffff:54.220.25.36', '54.220.25.36'],
    ['[::ffff:54.220.25.36]:443', '54.220.25.36'],
  ])('%s is the address %s', (entry, address) => {
    expect(readForwardedAddress(entry)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '10.1',
    '54.220.25.36:',
    '54.220.25.256',
    '54.220.25.36:x',
    '[2001:db8::1',
    'example.org:443',
    '"',
  ])('%j is not an address', (entry) => {
    expect(readForwardedAddress(entry)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { isNetwork, Networks } from './networks.js';

describe('a list of networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', '::ffff:192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['fd00::/8', 'fd12::1'],
    ['2001:db8::1', '2001:0db8:0::1'],
  ])('of %s includes %s', (network, address) => {
    expect(new Networks(['198.51.100.1', '2001:db8:1::/48', network]).includes(address)).toBe(true);
  });

  it.each(['11.0.0.1', '192.0.2.8', '2001:db8::1', '::1', 'localhost', '', '10.0.0.1, 10.0.0.2'])(
    'of other networks does not include %j',
    (address) => {
      expect(new Networks(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']).includes(address)).toBe(false);
    },
  );

  it('of nothing includes nothing', () => {
    expect(new Networks([]).includes('127.0.0.1')).toBe(false);
  });

  it.each(['localhost', '10.1', '10.0.0.0/33', 'fd00::/129', '1.2.3.4/', '*', ''])(
    'refuses %j as an entry',
    (text) => {
      expect(isNetwork(text)).toBe(false);
      expect(() => new Networks([text])).toThrow(TypeError);
    },
  );
});

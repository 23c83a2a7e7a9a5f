import { describe, expect, it } from '@jest/globals';
import { isNetwork, isPublicAddress, Networks } from './networks.js';

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
    'has no %j in it',
    (text) => {
      expect(isNetwork(text)).toBe(false);
      expect(() => new Networks([text])).toThrow(TypeError);
    },
  );
});

describe('a public address', () => {
  it.each(['8.8.8.8', '54.220.25.36', '2606:4700::1111', '::ffff:8.8.8.8'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    // The metadata service of most clouds.
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fd00:ec2::254',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('is not %j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

import type { Detector } from '../detector.js';
import { findDigits, span } from '../digit-runs.js';

/** Issuers' first digits and number lengths (ISO/IEC 7812 and the networks' own ranges). */
const NETWORKS: RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^5[1-5]\d{14}$/, // Mastercard
  /^2(?:2[2-9]|[3-6]\d|7[01])\d{13}$/, // Mastercard, newer range (and one network next to it)
  /^3[47]\d{13}$/, // American Express
  /^(?:50|5[6-9]|6\d)\d{11,17}$/, // Maestro, Discover, UnionPay
  /^3(?:0[0-5]|[68]\d)\d{11,16}$/, // Diners Club
  /^35\d{14}$/, // JCB
];

/** Every network above. */
const ANY_NETWORK = /^[2-6]\d{12,18}$/;

/** Payment cards, grouped in any way: an issuer's range, its length, and the check digit (Luhn). */
export const cardDetector: Detector = {
  kind: 'card',
  find: (text) =>
    findDigits(text, {
      digits: ANY_NETWORK,
      accept: ({ digits }) => NETWORKS.some((network) => network.test(digits)) && passesLuhn(digits),
    }).map(span),
};

function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, char, index) => {
      const value = Number(char) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

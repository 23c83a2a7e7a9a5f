import validator from 'validator';
import type { Detector } from '../detector.js';
import { findDigits, span } from '../digit-runs.js';
import { isReference } from '../labels.js';

/** First digits and number lengths of the issuers (ISO/IEC 7812 and the networks' own ranges). */
const NETWORKS: RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^5[1-5]\d{14}$/, // Mastercard
  /^2(?:22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)\d{12}$/, // Mastercard, newer range
  /^3[47]\d{13}$/, // American Express
  /^(?:50|5[6-9]|6\d)\d{11,17}$/, // Maestro, Discover, UnionPay
  /^3(?:0[0-5]|[68]\d)\d{11,16}$/, // Diners Club
  /^35\d{14}$/, // JCB
];

/** Matches the numbers of all networks above. */
const ANY_NETWORK = /^[2-6]\d{12,18}$/;

/**
 * Minimum group size, except for cards that are read out digit by digit: "4111 1111 1111 1111", "41
 * 11 ...".
 */
const MIN_GROUP = 2;

/**
 * Finds payment cards, written or spoken, by an issuer's range and length, and by the check digit
 * (Luhn).
 */
export const cardDetector: Detector = {
  kind: 'card',
  find: ({ text, runs }) =>
    findDigits(runs, {
      length: [13, 19],
      isReference: ({ start }) => isReference(text, start),
      begins: ({ digits }) => /^[2-6]/.test(digits),
      digits: ANY_NETWORK,
      allowsPauses: true,
      accept: ({ digits, groups }) => {
        const sizes = groups.map((group) => group.digits.length);
        const isRegular =
          groups.every((group) => group.isSpoken || group.digits.length >= MIN_GROUP) ||
          sizes.every((size) => size === 1);
        return (
          isRegular && NETWORKS.some((network) => network.test(digits)) && validator.isLuhnNumber(digits)
        );
      },
    }).map(span),
};

// Imported by country, as the library's index would load all hundred countries at each start.
import be from 'stdnum/lib/cjs/be/index.js';
import de from 'stdnum/lib/cjs/de/index.js';
import es from 'stdnum/lib/cjs/es/index.js';
import fr from 'stdnum/lib/cjs/fr/index.js';
import gb from 'stdnum/lib/cjs/gb/index.js';
import it from 'stdnum/lib/cjs/it/index.js';
import nl from 'stdnum/lib/cjs/nl/index.js';

interface NationalNumber {
  validate(text: string): { isValid: boolean };
}

const NUMBERS = { BE: be, DE: de, ES: es, FR: fr, GB: gb, IT: it, NL: nl };

/**
 * Returns the library's check of one kind of national number: length, structure and check
 * characters.
 *
 * @param country ISO 3166 code, two capital letters
 * @param name the library's name for the number
 * @throws Error when the library does not know the number: a programming error, which shows at the
 * start
 */
export function personNumber(country: keyof typeof NUMBERS, name: string): (compact: string) => boolean {
  const numbers: Partial<Record<string, NationalNumber>> = NUMBERS[country];
  const number = numbers[name];
  if (number === undefined) throw new Error(`stdnum has no ${name} of ${country}`);
  return (compact) => number.validate(compact).isValid;
}

import { stdnum } from 'stdnum';

/**
 * The library's check of one kind of national number: length, structure and check characters.
 *
 * @param country ISO 3166 code, two capital letters
 * @param name the library's name for the number
 * @throws when the library does not know it: a mistake in this code, seen at the start
 */
export function personNumber(country: string, name: string): (compact: string) => boolean {
  const number = stdnum[country]?.[name];
  if (number === undefined) throw new Error(`stdnum has no ${name} of ${country}`);
  return (compact) => number.validate(compact).isValid;
}

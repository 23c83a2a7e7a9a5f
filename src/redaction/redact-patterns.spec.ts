import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { redactPatterns } from './redact-patterns.js';

type Row = [text: string, expected: string];

describe('redactPatterns', () => {
  it.each<Row>([
    ['mail jan@example.nl.', 'mail <redacted_email>.'],
    ['Jan.de-Vries+werk@mail.example.co.uk, ja', '<redacted_email>, ja'],
    ["from 'o'brien@example.ie'", "from '<redacted_email>'"],
    ['(ÄÖ@bücher.example)', '(<redacted_email>)'],
    ['a@b.nl en c@d.nl', '<redacted_email> en <redacted_email>'],
  ])('replaces the e-mail address in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['NL91 ABNA 0417 1643 00', '<redacted_iban>'],
    ['naar NL91ABNA0417164300.', 'naar <redacted_iban>.'],
    ['nl91 abna 0417 1643 00 graag', '<redacted_iban> graag'],
    ['N L 9 1 A B N A 0 4 1 7 1 6 4 3 0 0', '<redacted_iban>'],
    ['NL91-ABNA-0417-1643-00 op 3 mei', '<redacted_iban> op 3 mei'],
    ['DE89 3704 0044 0532 0130 00', '<redacted_iban>'],
    ['FR14 2004 1010 0505 0001 3M02 606 et', '<redacted_iban> et'],
    ['BE68 5390 0754 7034 of', '<redacted_iban> of'],
    ['GB29 NWBK 6016 1331 9268 19', '<redacted_iban>'],
    ['MT84 MALT 0110 0001 2345 MTLC AST0 01S', '<redacted_iban>'],
  ])('replaces the whole IBAN in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['+31 6 12345678', '<redacted_phone>'],
    ['+31 (0)6 1234 5678 bellen', '<redacted_phone> bellen'],
    ['(+31) 20 123 4567', '<redacted_phone>'],
    ['0031 6 12 34 56 78', '<redacted_phone>'],
    ['00 31 6 12 34 56 78', '<redacted_phone>'],
    ['+49 30 1234567 of', '<redacted_phone> of'],
    ['+44 7700 900123', '<redacted_phone>'],
    ['+1 (212) 555-1234', '<redacted_phone>'],
    ['+33 1 23 45 67 89', '<redacted_phone>'],
    ['+32 470 12 34 56', '<redacted_phone>'],
    ['+351 912 345 678', '<redacted_phone>'],
    ['+31 6 12345678 2024 was het', '<redacted_phone> 2024 was het'],
  ])('replaces the international number in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['020 123 4567', '<redacted_phone>'],
    ['06-12345678', '<redacted_phone>'],
    ['06 - 12 34 56 78, toch?', '<redacted_phone>, toch?'],
    ['0612345678', '<redacted_phone>'],
    ['0 6 1 2 3 4 5 6 7 8', '<redacted_phone>'],
    ['bel (020) 123 45 67', 'bel <redacted_phone>'],
    ['06 12345678 2 keer', '<redacted_phone> 2 keer'],
    ['020 123 4567 2 keer', '<redacted_phone> 2 keer'],
    ['06 12345678,06 87654321', '<redacted_phone>,<redacted_phone>'],
    ['06 12345678 06 87654321', '<redacted_phone> <redacted_phone>'],
    ['06\u00A012345678', '<redacted_phone>'],
    ['2024 belde 020‑1234567', '2024 belde <redacted_phone>'],
    ['0470 12 34 56', '<redacted_phone>'],
    ['02 123 45 67', '<redacted_phone>'],
    ['03/123.45.67', '<redacted_phone>'],
    ['01 23 45 67 89', '<redacted_phone>'],
    ['07700 900 123', '<redacted_phone>'],
    ['020 7946 0958', '<redacted_phone>'],
    ['030 1234567', '<redacted_phone>'],
    ['089/1234567-12', '<redacted_phone>'],
    ['0171 12 34 56 78', '<redacted_phone>'],
    ['02203 12345', '<redacted_phone>'],
    ['030 1234567 10 Minuten', '<redacted_phone> 10 Minuten'],
    ['(212) 555-1234', '<redacted_phone>'],
    ['212.555.1234', '<redacted_phone>'],
    ['1-800-555-1234', '<redacted_phone>'],
    ['2125551234', '<redacted_phone>'],
  ])('replaces the national number in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['4111 1111 1111 1111', '<redacted_card>'],
    ['4111111111111111 tot 12/27', '<redacted_card> tot 12/27'],
    ['5555-5555-5555-4444', '<redacted_card>'],
    ['3782 822463 10005', '<redacted_card>'],
    ['6011 1111 1111 1117', '<redacted_card>'],
    ['2223 0031 2200 3222', '<redacted_card>'],
    ['kaart 12 4111 1111 1111 1111', 'kaart 12 <redacted_card>'],
  ])('replaces the card number in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['123456782', '<redacted_bsn>'],
    ['123 456 782 is het', '<redacted_bsn> is het'],
    ['1234.56.782', '<redacted_bsn>'],
    ['burgerservicenummer: 12345672', 'burgerservicenummer: <redacted_bsn>'],
  ])('replaces the citizen service number in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each<Row>([
    ['volg @jan_devries!', 'volg <redacted_handle>!'],
    ['@jan@social.example zei', '<redacted_handle> zei'],
    ['(@a.b.c)', '(<redacted_handle>)'],
  ])('replaces the handle in "%s"', (text, expected) => {
    expect(redactPatterns(text).text).toBe(expected);
  });

  it.each([
    '12345678 euros',
    '+12345678 euro',
    '123456782 euro',
    '€ 123.456.782',
    '123.456.782 inwoners',
    '2125551234 dollars',
    'in 2024 NL team',
    'NL 91 teams',
    'van 2019 tot 2024',
    '2019 2020 2021 2022',
    'op 01-02-2024 10 uur 30',
    'op 01 02 2024 12 30',
    '2024-02-01 09:30:15',
    'om 09:30 of 10.45 uur',
    '0,123456789',
    '3.14159265358979',
    '1 2 3 4 5 6',
    '5 @ 3 en 2 @10am',
    'artikel 12.3.4 lid 5',
    'kamer 020',
    '000000000',
    '00 12 34 56',
    '4111 1111 1111 1112',
    '123456789',
    'mijn BSN is 123456789',
    'order ab0612345678cd',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    'punt 1.2.3.4',
    '@',
    '',
  ])('leaves "%s" unchanged', (text) => {
    expect(redactPatterns(text)).toEqual({ text, counts: {} });
  });

  it('does not take a part of an IBAN with a wrong digit for a telephone number', () => {
    const text = 'NL91 ABNA 0417 1643 01';
    expect(redactPatterns(text)).toEqual({ text, counts: {} });
  });

  it('replaces overlapping findings by one marker, so that no digits of either remain', () => {
    expect(redactPatterns('123 456 782 555 1234')).toEqual({
      text: '<redacted_phone>',
      counts: { phone: 1 },
    });
  });

  it('counts its replacements by kind', () => {
    expect(redactPatterns('a@b.nl, c@d.nl, @jan en 06 12345678').counts).toEqual({
      email: 2,
      handle: 1,
      phone: 1,
    });
  });

  it('leaves existing markers unchanged', () => {
    const text = '<redacted_name> belde <redacted_phone>';
    expect(redactPatterns(text)).toEqual({ text, counts: {} });
  });

  const likelyText = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '0',
          '06',
          '+31',
          '020',
          '12345678',
          'NL91',
          'ABNA',
          '@',
          '.nl',
          ' ',
          '-',
          '(',
          ')',
          'jan',
          '€',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 30 },
    )
    .map((pieces) => pieces.join(''));

  it('changes nothing in a second run', () => {
    fc.assert(
      fc.property(likelyText, (text) => {
        const once = redactPatterns(text).text;
        expect(redactPatterns(once)).toEqual({ text: once, counts: {} });
      }),
    );
  });

  it('finds inserted data at any position between words', () => {
    const inserted = fc.constantFrom(
      'jan@example.nl',
      'NL91 ABNA 0417 1643 00',
      '+31 6 12345678',
      '4111 1111 1111 1111',
    );
    const words = fc.array(fc.constantFrom('ja', 'Nee,', 'de', '12', 'é', '在'), { maxLength: 6 });
    fc.assert(
      fc.property(words, inserted, words, (before, data, after) => {
        const text = [...before, 'is', data, 'en', ...after].join(' ');
        expect(redactPatterns(text).text).not.toContain(data);
      }),
    );
  });

  // The text is searched in windows: the first one has no safe position for a cut, the second one
  // has many.
  it.each([
    ['numbers', 'twaalf huizen, 3 auto en 45 fietsen, '],
    ['words', 'we gaan met de fiets naar huis en dan gaat het regenen, '],
  ])('finds data at any position in a long text of %s', (_name, filler) => {
    const inserted = [
      'jan@example.nl',
      'NL91 ABNA 0417 1643 00',
      '06 12345678',
      'jan apenstaartje example punt nl',
    ];
    for (let offset = 3_600; offset < 8_600; offset += 47) {
      const data = inserted[offset % inserted.length] ?? '';
      const before = filler.repeat(Math.ceil(offset / filler.length)).slice(-offset);
      const { text, counts } = redactPatterns(`${before} mail of bel, ${data}, ${filler.repeat(100)}`);
      expect(text).not.toContain(data);
      expect(Object.values(counts)).toEqual([1]);
    }
  });

  it('maps findings to the original text, across digits of other scripts and invisible characters', () => {
    const text = `é ${'😀\u200b'.repeat(6_000)} bel \u200b0\u200b\u200b６-1234\u00ad567𝟠\u200b nu`;
    expect(redactPatterns(text).text).toBe(
      `é ${'😀\u200b'.repeat(6_000)} bel \u200b<redacted_phone>\u200b nu`,
    );
  });
});

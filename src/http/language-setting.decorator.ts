import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { ASSEMBLYAI_LANGUAGES, assemblyAiLanguage, canonicalTag } from '../config/languages.js';

/** The provider detects the language. */
const DETECTED = 'auto';

/** Longer than any tag in use. */
const MAX_TAG_LENGTH = 35;

const MESSAGE =
  'language must be auto, or a language tag (BCP 47) such as en, pt-BR or zh-Hant-TW of one of these languages: ' +
  ASSEMBLYAI_LANGUAGES.join(', ');

/** Declares a field with a supported language, `auto`, or null, stored in canonical spelling. */
export function LanguageSetting(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Transform(({ value }: { value: unknown }) => canonicalSetting(value) ?? value),
    ValidateBy({
      name: 'languageSetting',
      validator: {
        validate: (value: unknown) => canonicalSetting(value) !== undefined,
        defaultMessage: () => MESSAGE,
      },
    }),
  );
}

function canonicalSetting(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_TAG_LENGTH) return undefined;
  if (value.trim().toLowerCase() === DETECTED) return DETECTED;
  return assemblyAiLanguage(value) === undefined ? undefined : canonicalTag(value);
}

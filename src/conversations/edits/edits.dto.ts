import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import type { RevisionOrigin } from '../../database/schema.js';
import { PageResponse } from '../../http/pages/list-query.dto.js';
import { StorableText } from '../../http/storable-text.decorator.js';

/** More than nine hours of speech have, and less than a text that a machine may bring. */
const MAX_TEXT_LENGTH = 1_000_000;

/** Largest request: JSON may write each UTF-16 unit as an escape of six bytes. */
export const MAX_EDIT_BYTES = 6 * MAX_TEXT_LENGTH + 1_024;

/** Largest value of the column, which is PostgreSQL's integer. */
export const MAX_REVISION = 2_147_483_647;

export class EditTranscriptRequest {
  @ApiProperty({
    maxLength: MAX_TEXT_LENGTH,
    example: 'Good evening everyone.',
    description: 'The whole text of the chunk. Empty: nothing was said.',
  })
  @StorableText(MAX_TEXT_LENGTH, { mayBeBlank: true })
  text!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_REVISION,
    example: 1,
    description: 'The chunk’s `revision` when its text was read.',
  })
  @IsInt()
  @Min(0)
  @Max(MAX_REVISION)
  revision!: number;
}

export class RevisionResponse {
  @ApiProperty({ type: 'integer', description: 'Counts the texts of the chunk.' })
  revision!: number;

  @ApiProperty({
    enum: ['first_stage', 'correction', 'edit', 'restore'],
    description:
      'Who made the text: the recognizer, the correction, or a person, who may restore an older one.',
  })
  origin!: RevisionOrigin;

  @ApiProperty({ description: 'The whole text of the chunk in this revision.' })
  text!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Name of the API key of an edit; null for machines, and without `API_KEYS`.',
  })
  madeBy!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    description: 'Whether it is the text of the chunk. A machine’s text never replaces an edit.',
  })
  current!: boolean;
}

export class RevisionPageResponse extends PageResponse {
  @ApiProperty({ type: RevisionResponse, isArray: true })
  data!: RevisionResponse[];
}

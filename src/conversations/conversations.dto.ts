import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { IsId } from '../http/ids.js';
import type { ConversationStatus } from '../database/schema.js';
import { MAX_PROMPT_LENGTH } from './projects/projects.dto.js';
import { LanguageSetting } from '../http/language-setting.decorator.js';
import { StorableText } from '../http/storable-text.decorator.js';
import { MAX_ENTRIES, MAX_KEY_LENGTH, MAX_VALUE_LENGTH, Metadata } from './metadata.decorator.js';

const MAX_TITLE_LENGTH = 200;
export const MAX_EXTERNAL_ID_LENGTH = 200;

/** The fields by which a caller recognizes a conversation. */
export class UpdateConversationRequest {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: MAX_TITLE_LENGTH,
    example: 'Meeting about the bridge',
    description: 'Name for people; null removes it.',
  })
  @IsOptional()
  @StorableText(MAX_TITLE_LENGTH)
  title?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: MAX_EXTERNAL_ID_LENGTH,
    example: 'meeting-2042',
    description:
      'The caller’s own id: unique within its project, and among conversations without one; null removes it.',
  })
  @IsOptional()
  @StorableText(MAX_EXTERNAL_ID_LENGTH)
  externalId?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: MAX_VALUE_LENGTH },
    maxProperties: MAX_ENTRIES,
    example: { room: 'Town hall', recorder: 'table 4' },
    description: `Texts of up to ${MAX_VALUE_LENGTH} characters by keys of up to ${MAX_KEY_LENGTH}; replaced as a whole.`,
  })
  @Metadata()
  metadata?: Record<string, string>;
}

export class CreateConversationRequest extends UpdateConversationRequest {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'Settings that are not given here come from this project.',
  })
  @IsOptional()
  @IsId({ message: 'projectId must be a UUID' })
  projectId?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'en',
    description: 'A language tag (BCP 47) such as `en`, `es-419` or `zh-Hant-TW`, or `auto`.',
  })
  @LanguageSetting()
  language?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'Merwede bridge, Femke de Graaf' })
  @IsOptional()
  @StorableText(MAX_PROMPT_LENGTH)
  transcriptPrompt?: string | null;

  @ApiPropertyOptional({
    default: false,
    description: 'Names, emails, phone numbers and the like are replaced.',
  })
  @IsOptional()
  @IsBoolean()
  redactPii?: boolean;

  @ApiPropertyOptional({
    default: false,
    description: 'No text from before redaction is stored at all; a chunk that cannot be redacted fails.',
  })
  @IsOptional()
  @IsBoolean()
  anonymize?: boolean;

  @ApiPropertyOptional({
    default: false,
    description:
      'AssemblyAI labels speakers by letters that are valid within a chunk; kept in `diarization`.',
  })
  @IsOptional()
  @IsBoolean()
  speakerLabels?: boolean;
}

export class ChunkCountsResponse {
  @ApiProperty({ type: 'integer', description: 'All chunks.' })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'Those that are not settled yet.' })
  pending!: number;

  @ApiProperty({ type: 'integer', description: 'Those with a text.' })
  completed!: number;

  @ApiProperty({ type: 'integer', description: 'Those that failed.' })
  failed!: number;
}

export class ConversationResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  projectId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Name for people.' })
  title!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The caller’s own id.' })
  externalId!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'The caller’s own texts by key, as they were given.',
  })
  metadata!: Record<string, string>;

  @ApiProperty({ description: 'The effective one: its own, else the project’s, else `en`.' })
  language!: string;

  @ApiProperty({ type: String, nullable: true })
  transcriptPrompt!: string | null;

  @ApiProperty()
  redactPii!: boolean;

  @ApiProperty()
  anonymize!: boolean;

  @ApiProperty()
  speakerLabels!: boolean;

  @ApiProperty({
    description: '`open` takes chunks, `finished` waits for them, `finalized` is merged.',
    enum: ['open', 'finished', 'finalized'],
  })
  status!: ConversationStatus;

  @ApiProperty({ description: 'Counts of its chunks.', type: ChunkCountsResponse })
  chunks!: ChunkCountsResponse;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Merged; there once the conversation is finalized. `[Nothing to transcribe]`: nothing was said. `[Nothing could be transcribed]`: there is no text, and chunks failed.',
  })
  transcript!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Follows the merged transcript shortly after.' })
  summary!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Why there is no summary, when it failed for good, or when there is no text as chunks failed; or, beside a summary, which parts of a long transcript it leaves out, as the model refused them.',
  })
  summaryError!: string | null;

  @ApiProperty({
    description: 'Whether a text was edited after the summary was made. `POST .../summary` makes a new one.',
  })
  summaryOutdated!: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  finishedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  finalizedAt!: string | null;
}

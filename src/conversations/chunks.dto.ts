import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import type { StrategyName } from '../database/schema.js';
import { CHUNK_STATUSES, type ChunkStatus } from '../chunks/states.js';
import { HttpUrl } from '../http/http-url.decorator.js';

/**
 * Largest position that a caller may set. The column's integer leaves as many again for chunks that
 * follow such a chunk without a position.
 */
export const MAX_POSITION = 1_000_000_000;
/** Visible ASCII, which a header can contain; long enough for any token of a client. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** Longer than any presigned URL. */
const MAX_URL_LENGTH = 8_192;

export class CreateChunkFromUrlRequest {
  @ApiProperty({
    description: 'An http or https URL from which the provider can fetch the recording.',
    example: 'https://example.org/recordings/part-1.mp3',
    maxLength: MAX_URL_LENGTH,
  })
  @HttpUrl(MAX_URL_LENGTH)
  audioUrl!: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: MAX_POSITION,
    description: 'After the last chunk when not given.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_POSITION)
  position?: number;
}

export class TranscribeChunkRequest {
  @ApiPropertyOptional({ description: 'From now on for this chunk, instead of the conversation’s setting.' })
  @IsOptional()
  @IsBoolean()
  redactPii?: boolean;
}

export class DiarizationResponse {
  @ApiProperty({
    example: 'Dembrane-25-09',
    description: 'Says what `data` holds: the provider’s answer, or {note, raw, error} of the correction.',
  })
  schema!: string;

  @ApiProperty({ description: 'See `schema`.', type: 'object', additionalProperties: true })
  data!: unknown;
}

export class ModelUseResponse {
  @ApiProperty({ type: String, nullable: true, description: 'The model that made the text; null: none did.' })
  model!: string | null;

  @ApiProperty({
    description: 'Version of the prompt; null when no model made the text.',
    type: String,
    nullable: true,
    example: 'correction-2',
  })
  promptVersion!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'Total of all answers about this chunk, including refused ones and restarts.',
  })
  inputTokens!: number;

  @ApiProperty({ type: 'integer', description: 'The same; includes thinking tokens, which are billed.' })
  outputTokens!: number;
}

export class WindowCountsResponse {
  @ApiProperty({ type: 'integer', description: 'Windows of the recording; 1 for a short one.' })
  total!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Windows that are corrected. The others are pending, or failed.',
  })
  corrected!: number;
}

export class CorrectionResponse {
  @ApiProperty({ type: String, nullable: true, description: 'The model that corrected; null: none did yet.' })
  model!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Tips for better recordings, and why sound was not used; null before the end.',
  })
  note!: string | null;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description:
      'Whether every corrected window was corrected with its sound; null while none is, or when it is not known.',
  })
  usedAudio!: boolean | null;

  @ApiProperty({
    type: WindowCountsResponse,
    description: 'A long recording is corrected in windows. GET /api/chunks/{id}/windows has each.',
  })
  windows!: WindowCountsResponse;
}

export class RecordingFactsResponse {
  @ApiProperty({
    example: 'mp4',
    description:
      '`mp3`, `mp4` (also M4A), `mov`, `wav`, `flac`, `ogg`, `webm`, `matroska`, `adts` (AAC without a container) or `mpegts`.',
  })
  container!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'aac',
    description: 'Codec of the audio track, such as `opus` or `pcm-s16`; null: one without a name here.',
  })
  codec!: string | null;

  @ApiProperty({ type: 'integer', description: 'Number of channels.' })
  channels!: number;

  @ApiProperty({ type: 'integer', example: 44_100, description: 'Samples a second, of each channel.' })
  sampleRate!: number;
}

export class ChunkResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  conversationId!: string;

  @ApiProperty({ type: 'integer' })
  position!: number;

  @ApiProperty({ description: 'What is done with the chunk now, or how it ended.', enum: CHUNK_STATUSES })
  status!: ChunkStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The first-stage text as soon as it exists, then the corrected one, or that of a person’s edit.',
  })
  transcript!: string | null;

  @ApiProperty({
    description: 'Why the chunk failed, for people; null when it did not.',
    type: String,
    nullable: true,
  })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'no_speech',
    description: 'Stable identifier of the kind of error.',
  })
  errorCode!: string | null;

  @ApiProperty({
    description: 'Origin of the text; null while there is none.',
    type: DiarizationResponse,
    nullable: true,
  })
  diarization!: DiarizationResponse | null;

  @ApiProperty({
    description: 'The model that made the text, and the tokens of all answers.',
    type: ModelUseResponse,
  })
  modelUse!: ModelUseResponse;

  @ApiProperty({
    type: CorrectionResponse,
    nullable: true,
    description: 'The correction of the text, also while it runs; null before, and where there is none.',
  })
  correction!: CorrectionResponse | null;

  @ApiProperty({ type: String, nullable: true, description: 'The provider’s id.' })
  transcriptId!: string | null;

  @ApiProperty({
    description: 'How the result arrives; null before the first submission.',
    enum: ['webhook', 'polling'],
    nullable: true,
  })
  strategy!: StrategyName | null;

  @ApiProperty({
    type: 'number',
    format: 'double',
    nullable: true,
    example: 754.208,
    description:
      'Length of the recording in seconds: measured from the file or, where it does not tell, as the first stage reports it, often rounded. Null: not known, or not yet.',
  })
  audioSeconds!: number | null;

  @ApiProperty({
    type: RecordingFactsResponse,
    nullable: true,
    description: 'Facts from the file itself; null: not known, or not yet.',
  })
  recording!: RecordingFactsResponse | null;

  @ApiProperty({
    type: 'integer',
    description: 'Number of the newest text; 0 before the first. An edit names it.',
  })
  revision!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When a person last edited the text; null: nobody did.',
  })
  editedAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  submittedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  transcribedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  completedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'From then on its recording is gone, and it cannot be started again.',
  })
  audioExpiredAt!: string | null;
}

export class ProcessingEventResponse {
  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  chunkId!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  submissionId!: string | null;

  @ApiProperty({
    description: 'Kind of the job.',
    enum: ['submit', 'check', 'transcribe', 'correct', 'finalize', 'summarize'],
  })
  job!: string;

  @ApiProperty({ description: 'What happened to the job.', enum: ['started', 'completed', 'failed'] })
  event!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Milliseconds' })
  durationMs!: number | null;

  @ApiProperty({
    description: 'Details for people, without any text of a recording.',
    type: String,
    nullable: true,
  })
  message!: string | null;

  @ApiProperty({ description: 'When it happened.', format: 'date-time' })
  at!: string;
}

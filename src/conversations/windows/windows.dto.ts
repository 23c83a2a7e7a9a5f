import { ApiProperty } from '@nestjs/swagger';

export class WindowResponse {
  @ApiProperty({ type: 'integer', description: 'Position in the recording, from 0.' })
  ordinal!: number;

  @ApiProperty({
    enum: ['pending', 'corrected', 'uncorrected'],
    description: '`uncorrected`: its correction failed, and its first-stage text stays.',
  })
  status!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Milliseconds from the beginning of the recording; null: the whole recording.',
  })
  startMs!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Milliseconds; null: its end.' })
  endMs!: number | null;

  @ApiProperty({ type: Boolean, nullable: true, description: 'Whether the model heard it; null: pending.' })
  usedAudio!: boolean | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it was corrected without its sound; null: it was not.',
  })
  audioOmitted!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'A tip for better recordings.' })
  note!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why its correction failed, for people.' })
  error!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'answer_blocked',
    description: 'Stable identifier of the kind of error.',
  })
  errorCode!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The model that corrected it.' })
  model!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Version of the prompt.' })
  promptVersion!: string | null;

  @ApiProperty({ type: 'integer', description: 'Total of all answers, including refused ones.' })
  inputTokens!: number;

  @ApiProperty({ type: 'integer', description: 'The same; includes thinking tokens.' })
  outputTokens!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Null: pending.' })
  settledAt!: string | null;
}

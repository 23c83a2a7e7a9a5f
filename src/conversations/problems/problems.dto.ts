import { ApiProperty } from '@nestjs/swagger';

export class ProblemResponse {
  @ApiProperty({
    enum: ['failed', 'uncorrected'],
    description: '`failed`: chunks without a text. `uncorrected`: their text is that of the first stage.',
  })
  kind!: string;

  @ApiProperty({ example: 'download', description: 'Stable identifier of the kind of error.' })
  code!: string;

  @ApiProperty({ type: 'integer', description: 'Chunks with this code.' })
  chunks!: number;

  @ApiProperty({ type: 'integer', description: 'Conversations that these chunks belong to.' })
  conversations!: number;

  @ApiProperty({ format: 'date-time', description: 'When the first of them failed.' })
  firstAt!: string;

  @ApiProperty({ format: 'date-time', description: 'When the last of them failed.' })
  lastAt!: string;

  @ApiProperty({ description: 'The message of the newest chunk; no text of a recording.' })
  example!: string;

  @ApiProperty({ description: 'What to do about it.' })
  advice!: string;
}

export class ProblemsResponse {
  @ApiProperty({ type: ProblemResponse, isArray: true, description: 'The latest first.' })
  data!: ProblemResponse[];
}

import { ApiProperty } from '@nestjs/swagger';

export class RecordingResponse {
  @ApiProperty({ format: 'uuid' })
  chunkId!: string;

  @ApiProperty({ type: 'integer', description: 'Position of the chunk in its conversation.' })
  position!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'Start in milliseconds from the beginning of the conversation, as in the transcript with `format=json`. A chunk that is not completed starts where it will when it is, if its length is known; until then it moves no other chunk.',
  })
  startMs!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Length in milliseconds, as measured by the provider; null: not known, or not yet.',
  })
  durationMs!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'audio/wav',
    description: 'Null for a recording at the URL of its sender.',
  })
  mimeType!: string | null;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    nullable: true,
    description: 'Null for a recording at the URL of its sender.',
  })
  bytes!: number | null;

  @ApiProperty({ example: '/api/chunks/…/audio', description: 'Path of the recording.' })
  url!: string;

  @ApiProperty({ description: 'Whether the recording was removed at the end of its retention.' })
  gone!: boolean;
}

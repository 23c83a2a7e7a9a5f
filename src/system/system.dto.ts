import { ApiProperty } from '@nestjs/swagger';

export class SystemReadinessResponse {
  @ApiProperty({ enum: ['ok', 'error'] })
  status!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What was asked, by name, as GET /health/ready has it.',
  })
  details!: unknown;
}

export class SystemQueueResponse {
  @ApiProperty({ example: 'transcription-submit' })
  name!: string;

  @ApiProperty({ type: 'integer' })
  waiting!: number;

  @ApiProperty({ type: 'integer' })
  active!: number;

  @ApiProperty({ type: 'integer', description: 'Jobs that sleep, as checks do between their runs.' })
  delayed!: number;

  @ApiProperty({ type: 'integer' })
  failed!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Age of the oldest job that waits for a worker; 0 when none waits.',
  })
  oldestWaitingSeconds!: number;
}

export class OpenSubmissionsResponse {
  @ApiProperty({ enum: ['created', 'submitted'] })
  status!: string;

  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: 'integer', description: 'Age of the oldest of them; 0 when there is none.' })
  oldestSeconds!: number;
}

export class LostCallbacksResponse {
  @ApiProperty({ example: 'never_called' })
  cause!: string;

  @ApiProperty({ type: 'integer' })
  count!: number;
}

export class SystemModelResponse {
  @ApiProperty({ example: 'CORRECTION_MODEL', description: 'The variable that lists it.' })
  variable!: string;

  @ApiProperty()
  model!: string;

  @ApiProperty({ enum: ['gemini', 'vertexai'] })
  provider!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date',
    description: 'First day on which new projects are refused; null: none is known.',
  })
  closedToNewProjectsOn!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date',
    description: 'First day without the model; null: none is known.',
  })
  endsOn!: string | null;

  @ApiProperty({ type: String, nullable: true })
  successor!: string | null;
}

export class SystemResponse {
  @ApiProperty()
  version!: string;

  @ApiProperty({ enum: ['all', 'api', 'worker'], description: 'Of the process that answers.' })
  role!: string;

  @ApiProperty({ enum: ['postgres', 'redis'] })
  queueEngine!: string;

  @ApiProperty({ enum: ['webhook', 'polling'] })
  strategy!: string;

  @ApiProperty({ example: 'Dembrane-25-09', description: 'TRANSCRIPTION_PROVIDER' })
  provider!: string;

  @ApiProperty({ enum: ['folder', 'bucket'] })
  audioStore!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How long the recording of a settled chunk is kept; null: until it is deleted.',
  })
  audioRetentionDays!: number | null;

  @ApiProperty({ type: SystemReadinessResponse })
  readiness!: SystemReadinessResponse;

  @ApiProperty({
    type: SystemQueueResponse,
    isArray: true,
    nullable: true,
    description: 'Null when the store of the queues does not answer.',
  })
  queues!: SystemQueueResponse[] | null;

  @ApiProperty({
    type: OpenSubmissionsResponse,
    isArray: true,
    nullable: true,
    description: 'Null when the database does not answer.',
  })
  openSubmissions!: OpenSubmissionsResponse[] | null;

  @ApiProperty({
    type: LostCallbacksResponse,
    isArray: true,
    description: 'Since the start of the process that answers, by cause; checks are made by workers.',
  })
  lostCallbacks!: LostCallbacksResponse[];

  @ApiProperty({ type: SystemModelResponse, isArray: true })
  models!: SystemModelResponse[];
}

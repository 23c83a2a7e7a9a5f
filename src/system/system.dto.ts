import { ApiProperty } from '@nestjs/swagger';

export class SystemReadinessResponse {
  @ApiProperty({ enum: ['ok', 'error'], description: '`error`: something that was asked does not answer.' })
  status!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What was asked, by name, as GET /health/ready has it.',
  })
  details!: unknown;
}

export class SystemQueueResponse {
  @ApiProperty({ example: 'transcription-submit', description: 'Name of the queue.' })
  name!: string;

  @ApiProperty({ type: 'integer', description: 'Jobs that wait for a worker.' })
  waiting!: number;

  @ApiProperty({ type: 'integer', description: 'Jobs that a worker runs.' })
  active!: number;

  @ApiProperty({ type: 'integer', description: 'Jobs that sleep, as checks do between their runs.' })
  delayed!: number;

  @ApiProperty({ type: 'integer', description: 'Jobs that failed for good, and are kept for inspection.' })
  failed!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Age of the oldest job that waits for a worker; 0 when none waits.',
  })
  oldestWaitingSeconds!: number;
}

export class OpenSubmissionsResponse {
  @ApiProperty({
    enum: ['created', 'submitted'],
    description: '`created`: the request to the provider may be under way. `submitted`: it was accepted.',
  })
  status!: string;

  @ApiProperty({ type: 'integer', description: 'Submissions with this status.' })
  count!: number;

  @ApiProperty({ type: 'integer', description: 'Age of the oldest of them; 0 when there is none.' })
  oldestSeconds!: number;
}

export class LostCallbacksResponse {
  @ApiProperty({ example: 'never_called', description: 'Why they did not arrive, as the metric has it.' })
  cause!: string;

  @ApiProperty({ type: 'integer', description: 'Callbacks that were lost for this cause.' })
  count!: number;
}

export class SystemModelResponse {
  @ApiProperty({ example: 'CORRECTION_MODEL', description: 'The variable that lists it.' })
  variable!: string;

  @ApiProperty({ description: 'Id of the model, as it is configured.' })
  model!: string;

  @ApiProperty({ enum: ['gemini', 'vertexai'], description: 'Where it is requested.' })
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

  @ApiProperty({ type: String, nullable: true, description: 'What to use instead; null: none is known.' })
  successor!: string | null;
}

export class SystemResponse {
  @ApiProperty({ description: 'Version of Ringback.' })
  version!: string;

  @ApiProperty({ enum: ['all', 'api', 'worker'], description: 'Of the process that answers.' })
  role!: string;

  @ApiProperty({ enum: ['postgres', 'redis'], description: 'What the queues run on.' })
  queueEngine!: string;

  @ApiProperty({ enum: ['webhook', 'polling'], description: 'How results of the provider arrive.' })
  strategy!: string;

  @ApiProperty({ example: 'Dembrane-25-09', description: 'TRANSCRIPTION_PROVIDER' })
  provider!: string;

  @ApiProperty({ enum: ['folder', 'bucket'], description: 'Where recordings are stored.' })
  audioStore!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How long the recording of a settled chunk is kept; null: until it is deleted.',
  })
  audioRetentionDays!: number | null;

  @ApiProperty({ type: SystemReadinessResponse, description: 'Whether everything that is needed answers.' })
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

  @ApiProperty({
    type: SystemModelResponse,
    isArray: true,
    description: 'Models of corrections and summaries, in the order in which they are asked.',
  })
  models!: SystemModelResponse[];
}

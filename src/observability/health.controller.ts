import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import { ReadyReport } from './ready-report.js';

const LIVE_SCHEMA = {
  type: 'object',
  properties: { status: { type: 'string', enum: ['ok'], description: 'Always `ok`.' } },
};

const DETAILS = {
  type: 'object',
  description: 'What was asked, by name.',
  additionalProperties: {
    type: 'object',
    properties: { status: { type: 'string', enum: ['up', 'down'], description: 'Whether it answers.' } },
  },
  example: { database: { status: 'up' } },
};

const READY_SCHEMA = {
  type: 'object',
  properties: { ...LIVE_SCHEMA.properties, details: DETAILS },
};

const UNREADY_SCHEMA = {
  allOf: [
    { $ref: '#/components/schemas/ApiError' },
    {
      type: 'object',
      properties: {
        status: { type: 'string', enum: ['error'], description: 'Always `error`.' },
        details: DETAILS,
      },
    },
  ],
};

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly report: ReadyReport) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs and answers' })
  @ApiOkResponse({ description: 'It does', schema: LIVE_SCHEMA })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  // Terminus documents its own shape of a 503; the service answers with its common error body.
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ summary: 'Database and queues answer; 503 when one does not' })
  @ApiOkResponse({ description: 'All of them answer', schema: READY_SCHEMA })
  @ApiServiceUnavailableResponse({
    description: 'One does not answer; `details` says which, and why',
    schema: UNREADY_SCHEMA,
  })
  async ready(): Promise<HealthCheckResult> {
    return this.report.read();
  }
}

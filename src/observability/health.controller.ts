import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import { ReadyReport } from './ready-report.js';

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly report: ReadyReport) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs and answers' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  @ApiOperation({ summary: 'Database and queues answer; 503 when one does not' })
  async ready(): Promise<HealthCheckResult> {
    return this.report.read();
  }
}

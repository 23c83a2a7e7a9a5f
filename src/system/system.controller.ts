import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../config/app-config.js';
import { VERSION } from '../http/version.js';
import { QueueEngine } from '../queues/queue-engine.js';
import { SystemResponse } from './system.dto.js';
import { SystemReport } from './system-report.js';

@ApiTags('operation')
@ApiBearerAuth()
@Controller('api/system')
export class SystemController {
  constructor(
    private readonly config: AppConfig,
    private readonly engine: QueueEngine,
    private readonly report: SystemReport,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The state of the service for its operator',
    description: 'Figures, and settings without secrets. It answers while stores do not.',
  })
  @ApiOkResponse({ type: SystemResponse })
  async read(): Promise<SystemResponse> {
    const { role, storage, privacy, transcription } = this.config;
    return {
      version: VERSION,
      role,
      queueEngine: this.engine.name,
      strategy: transcription.delivery.kind,
      provider: transcription.provider,
      audioStore: storage.kind === 's3' ? 'bucket' : 'folder',
      audioRetentionDays: privacy.audioRetentionDays ?? null,
      ...(await this.report.read()),
    };
  }
}

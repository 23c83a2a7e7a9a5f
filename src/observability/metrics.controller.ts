import { errorMessage } from '../errors/error-message.js';
import { Controller, Get, Header, Logger } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Metrics } from './metrics.js';

@ApiTags('operation')
@Controller('metrics')
export class MetricsController {
  private readonly logger = new Logger(MetricsController.name);

  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Figures in the Prometheus text format' })
  @ApiProduces('text/plain')
  async read(): Promise<string> {
    const { text, failures } = await this.metrics.scrape();
    for (const failure of failures) {
      this.logger.warn(`some metrics could not be read: ${errorMessage(failure)}`);
    }
    return text;
  }
}

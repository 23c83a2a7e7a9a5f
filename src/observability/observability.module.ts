import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { requireWritable } from '../database/require-writable.js';
import { JobObserver } from './job-observer.js';
import { Metrics } from './metrics.js';
import { ProcessingLog } from './processing-log.js';
import { ReadyReport } from './ready-report.js';
import { Readiness } from './readiness.js';
import { SecretRedactor } from './secret-redactor.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  providers: [
    Metrics,
    ProcessingLog,
    JobObserver,
    Readiness,
    ReadyReport,
    {
      provide: SecretRedactor,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => SecretRedactor.for(config),
    },
  ],
  exports: [Metrics, ProcessingLog, JobObserver, Readiness, ReadyReport],
})
export class ObservabilityModule implements OnModuleInit {
  constructor(
    private readonly readiness: Readiness,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.readiness.register('database', () => requireWritable(this.database));
  }
}

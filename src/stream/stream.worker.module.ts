import { Module } from '@nestjs/common';
import { ChangesTimer } from './changes.timer.js';
import { StreamModule } from './stream.module.js';

@Module({ imports: [StreamModule], providers: [ChangesTimer] })
export class StreamWorkerModule {}

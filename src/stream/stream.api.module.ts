import { Module } from '@nestjs/common';
import { ChangeReader } from './change-reader.js';
import { StreamController } from './stream.controller.js';
import { StreamModule } from './stream.module.js';
import { Streams } from './streams.js';

@Module({
  imports: [StreamModule],
  controllers: [StreamController],
  providers: [ChangeReader, Streams],
})
export class StreamApiModule {}

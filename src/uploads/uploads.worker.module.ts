import { Module } from '@nestjs/common';
import { UploadSweeper } from './upload-sweeper.js';
import { UploadsModule } from './uploads.module.js';
import { UploadsTimer } from './uploads.timer.js';

@Module({ imports: [UploadsModule], providers: [UploadSweeper, UploadsTimer] })
export class UploadsWorkerModule {}

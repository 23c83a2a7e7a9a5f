import { Module } from '@nestjs/common';
import { TusServer } from './protocol/tus-server.js';
import { UploadBacklog } from './upload-backlog.js';
import { UploadCreation } from './upload-creation.js';
import { UploadRequests } from './upload-requests.js';
import { UploadStop } from './upload-stop.js';
import { UploadStore } from './protocol/upload-store.js';
import { UploadWriter } from './upload-writer.js';
import { UploadsController } from './uploads.controller.js';
import { UploadsModule } from './uploads.module.js';

@Module({
  imports: [UploadsModule],
  controllers: [UploadsController],
  providers: [
    UploadBacklog,
    UploadCreation,
    UploadRequests,
    UploadStop,
    UploadStore,
    UploadWriter,
    TusServer,
  ],
})
export class UploadsApiModule {}

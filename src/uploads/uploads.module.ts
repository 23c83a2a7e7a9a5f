import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { UploadCompletion } from './upload-completion.js';
import { UploadDiscarder } from './upload-discarder.js';
import { UploadLocker } from './upload-locker.js';
import { UploadLocksRepository } from './upload-locks.repository.js';
import { UploadsRepository } from './uploads.repository.js';

const PROVIDERS = [UploadsRepository, UploadLocker, UploadCompletion, UploadDiscarder];

@Module({
  imports: [AudioModule, ConversationsModule],
  providers: [...PROVIDERS, UploadLocksRepository],
  exports: [...PROVIDERS, AudioModule, ConversationsModule],
})
export class UploadsModule {}

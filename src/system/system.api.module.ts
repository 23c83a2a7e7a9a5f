import { Module } from '@nestjs/common';
import { SystemController } from './system.controller.js';
import { SystemReport } from './system-report.js';

@Module({ controllers: [SystemController], providers: [SystemReport] })
export class SystemApiModule {}

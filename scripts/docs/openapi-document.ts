import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from '../../src/app.module.js';
import { apiDocument } from '../../src/http/api-docs.js';
import { prepareStart } from '../../src/prepare-start.js';

/** Enough to be valid. Nothing connects to it: a preview makes no instance of any class. */
const ENVIRONMENT = {
  ASSEMBLYAI_API_KEY: 'unused',
  DATABASE_URL: 'postgres://unused@127.0.0.1:1/unused',
};

/** @returns the document that the service serves on `/docs-json`, made without starting the service */
export async function openApiDocument(): Promise<OpenAPIObject> {
  const prepared = await prepareStart({ environment: ENVIRONMENT, quiet: true });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(prepared),
    new FastifyAdapter(),
    { preview: true, abortOnError: false, logger: false },
  );
  return apiDocument(app);
}

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from '../../src/app/app.module.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { apiDocument } from '../../src/http/openapi/api-docs.js';

/** Minimal valid values. Nothing connects to them: a preview creates no instance of any class. */
const ENVIRONMENT = {
  ASSEMBLYAI_API_KEY: 'unused',
  DATABASE_URL: 'postgres://unused@127.0.0.1:1/unused',
};

/**
 * @returns the document that the service serves on `/docs-json`, built without starting the service
 */
export async function openApiDocument(): Promise<OpenAPIObject> {
  const { config, module: configModule } = await ConfigModule.load(ENVIRONMENT);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for({ config, configModule, logger: false }),
    new FastifyAdapter(),
    { preview: true, abortOnError: false, logger: false },
  );
  return apiDocument(app);
}

import { ModulesContainer } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { startService } from '../../src/app/start.js';
import { sharedWorld } from '../support/shared-world.js';
import { World } from '../support/test-service.js';

describe('a role', () => {
  const world = sharedWorld(() => World.start());

  const controllersOf = async (ROLE: string) => {
    const service = await startService({ environment: world().env({ ROLE, PORT: '0' }), quiet: true });
    try {
      const modules = [...service.app.get(ModulesContainer).values()];
      return modules.flatMap((module) => [...module.controllers.values()].map(({ name }) => String(name)));
    } finally {
      await service.stop();
    }
  };

  it('worker constructs no controller', async () => {
    expect(await controllersOf('worker')).toEqual([]);
  });

  it.each(['api', 'all'])('%s constructs the controllers of every route', async (role) => {
    const controllers = await controllersOf(role);
    expect(controllers.sort()).toEqual([
      'AssemblyAiCallbackController',
      'ChunkListsController',
      'ChunksController',
      'ConversationListsController',
      'ConversationsController',
      'DeletionsController',
      'EditsController',
      'EventDeliveriesController',
      'EventEndpointsController',
      'FailedChunksController',
      'HealthController',
      'MetricsController',
      'ProblemsController',
      'ProjectsController',
      'RecordingsController',
      'RedactionReceiptController',
      'SessionController',
      'StreamController',
      'SummaryController',
      'SystemController',
      'TranscriptController',
      'UploadsController',
      'WindowsController',
    ]);
  });
});

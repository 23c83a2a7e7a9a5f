import {
  ConflictException,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Logger,
  NotFoundException,
  Post,
  Query,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { withCode } from '../http/errors/error-codes.js';
import { IdParam } from '../http/ids.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { DeliveryLogRepository, type LoggedDelivery } from './delivery-log.repository.js';
import { decodeCursor, pageOf } from '../http/pages/cursor.js';
import {
  EventDeliveryListResponse,
  EventDeliveryPageResponse,
  EventDeliveryResponse,
  ListAllEventDeliveriesQuery,
  ListEventDeliveriesQuery,
} from './event-deliveries.dto.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { EventEndpointsRepository } from './event-endpoints.repository.js';

@ApiTags('events')
@ApiBearerAuth()
@Controller('api')
export class EventDeliveriesController {
  private readonly logger = new Logger(EventDeliveriesController.name);

  constructor(
    private readonly log: DeliveryLogRepository,
    private readonly deliveries: EventDeliveriesRepository,
    private readonly endpoints: EventEndpointsRepository,
    private readonly queues: JobQueues,
  ) {}

  @Get('projects/:id/event-deliveries')
  @ApiOperation({
    summary: 'The delivery log: which events were sent to which endpoints, with the results; newest first',
  })
  @ApiOkResponse({ type: EventDeliveryPageResponse })
  @ApiNotFoundResponse({ description: 'No such project' })
  async list(
    @IdParam('id') projectId: string,
    @Query() query: ListEventDeliveriesQuery,
  ): Promise<EventDeliveryPageResponse> {
    const { after, limit, ...filter } = query;
    const deliveries = await this.log.ofProject(projectId, filter, { afterId: after, limit });
    if (deliveries.length === 0 && !(await this.endpoints.projectExists(projectId))) {
      throw new NotFoundException(`there is no project ${projectId}`);
    }
    return {
      deliveries: deliveries.map(toResponse),
      nextAfter: deliveries.length === limit ? (deliveries.at(-1)?.id ?? null) : null,
    };
  }

  @Get('event-deliveries')
  @ApiOperation({ summary: 'The delivery log of all projects, the newest first' })
  @ApiOkResponse({ type: EventDeliveryListResponse })
  async listAll(@Query() query: ListAllEventDeliveriesQuery): Promise<EventDeliveryListResponse> {
    const { limit, cursor, ...filter } = query;
    const afterId = cursor === undefined ? undefined : decodeCursor(cursor).id;
    const rows = await this.log.ofAll(filter, { afterId, limit: limit + 1 });
    // Deliveries are ordered by their ids alone.
    const { data, nextCursor } = pageOf(rows, limit, ({ id }) => ({ key: 0, id }));
    return { data: data.map(toResponse), nextCursor };
  }

  @Get('event-deliveries/:id')
  @ApiOperation({ summary: 'Read one delivery' })
  @ApiOkResponse({ type: EventDeliveryResponse })
  @ApiNotFoundResponse({ description: 'No such delivery' })
  async read(@IdParam('id') id: string): Promise<EventDeliveryResponse> {
    const delivery = await this.log.find(id);
    if (delivery === undefined) throw noDelivery(id);
    return toResponse(delivery);
  }

  @Post('event-deliveries/:id/resend')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Send an event again, now',
    description: 'Regardless of its status. Same event, same id, a new day of attempts.',
  })
  @ApiAcceptedResponse({ type: EventDeliveryResponse })
  @ApiNotFoundResponse({ description: 'No such delivery' })
  @ApiConflictResponse({ description: 'The endpoint is disabled or deleted' })
  async resend(@IdParam('id') id: string): Promise<EventDeliveryResponse> {
    const result = await this.deliveries.resend(id);
    switch (result.kind) {
      case 'resent':
        await bestEffort(this.logger, `queueing delivery ${id}`, () =>
          this.queues.add('deliver', { deliveryId: id, round: result.round }),
        );
        return this.read(id);
      case 'no_delivery':
        throw noDelivery(id);
      case 'endpoint_off':
        throw new ConflictException(
          `the endpoint of delivery ${id} is disabled or deleted; enable it first`,
          withCode('endpoint_disabled'),
        );
    }
  }
}

function noDelivery(id: string): NotFoundException {
  return new NotFoundException(`there is no event delivery ${id}`);
}

function toResponse(delivery: LoggedDelivery): EventDeliveryResponse {
  const { createdAt, nextAttemptAt, expiresAt, deliveredAt, attempts, ...rest } = delivery;
  return {
    ...rest,
    attempts: attempts.map(({ at, ...attempt }) => ({ ...attempt, at: at.toISOString() })),
    createdAt: createdAt.toISOString(),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    expiresAt: expiresAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
  };
}

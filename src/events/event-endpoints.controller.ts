import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  NotFoundException,
  Patch,
  Post,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { withCode } from '../http/errors/error-codes.js';
import { IdParam } from '../http/ids.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import {
  CreateEventEndpointRequest,
  EventEndpointResponse,
  EventEndpointWithSecretResponse,
  UpdateEventEndpointRequest,
} from './event-endpoints.dto.js';
import { EventEndpointsRepository, type EventEndpoint } from './event-endpoints.repository.js';
import { MAX_ENDPOINTS_PER_PROJECT } from './event-types.js';

@ApiTags('events')
@ApiBearerAuth()
@Controller('api/projects/:id/event-endpoints')
export class EventEndpointsController {
  constructor(
    private readonly endpoints: EventEndpointsRepository,
    private readonly agents: OutboundAgents,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Have a project’s events sent to a URL',
    description:
      'Signed by the rules of Standard Webhooks, with the secret of this answer. Only events from now on are sent.',
  })
  @ApiCreatedResponse({ type: EventEndpointWithSecretResponse })
  @ApiNotFoundResponse({ description: 'No such project' })
  @ApiConflictResponse({ description: `The project has ${MAX_ENDPOINTS_PER_PROJECT} endpoints already` })
  async create(
    @IdParam('id') projectId: string,
    @Body() request: CreateEventEndpointRequest,
  ): Promise<EventEndpointWithSecretResponse> {
    const result = await this.endpoints.create(projectId, {
      url: this.assertPublic(request.url),
      types: request.types ?? null,
    });
    switch (result.kind) {
      case 'created':
        return withSecret(result.endpoint, result.secret);
      case 'no_project':
        throw noProject(projectId);
      case 'too_many':
        throw new ConflictException(
          `project ${projectId} has ${MAX_ENDPOINTS_PER_PROJECT} event endpoints; delete one first`,
          withCode('too_many_endpoints'),
        );
    }
  }

  @Get()
  @ApiOperation({ summary: 'Where a project’s events go' })
  @ApiOkResponse({ type: EventEndpointResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such project' })
  async list(@IdParam('id') projectId: string): Promise<EventEndpointResponse[]> {
    const endpoints = await this.endpoints.list(projectId);
    if (endpoints.length === 0 && !(await this.endpoints.projectExists(projectId)))
      throw noProject(projectId);
    return endpoints.map(toResponse);
  }

  @Patch(':endpointId')
  @ApiOperation({ summary: 'Change an endpoint, disable or enable it' })
  @ApiOkResponse({ type: EventEndpointResponse })
  @ApiNotFoundResponse({ description: 'No such endpoint' })
  async update(
    @IdParam('id') projectId: string,
    @IdParam('endpointId') endpointId: string,
    @Body() { url, types, enabled }: UpdateEventEndpointRequest,
  ): Promise<EventEndpointResponse> {
    const changes = { url: url === undefined ? undefined : this.assertPublic(url), types, enabled };
    const endpoint = await this.endpoints.update({ projectId, endpointId }, changes);
    if (endpoint === undefined) throw noEndpoint(endpointId);
    return toResponse(endpoint);
  }

  @Post(':endpointId/rotate-secret')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Exchange the secret of an endpoint',
    description: 'For a day, events have two signatures: by the new secret and by the previous one.',
  })
  @ApiOkResponse({ type: EventEndpointWithSecretResponse })
  @ApiNotFoundResponse({ description: 'No such endpoint' })
  async rotateSecret(
    @IdParam('id') projectId: string,
    @IdParam('endpointId') endpointId: string,
  ): Promise<EventEndpointWithSecretResponse> {
    const rotated = await this.endpoints.rotateSecret({ projectId, endpointId });
    if (rotated === undefined) throw noEndpoint(endpointId);
    return withSecret(rotated.endpoint, rotated.secret);
  }

  @Delete(':endpointId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Send no more events to an endpoint; the log of its deliveries stays' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'No such endpoint' })
  async delete(@IdParam('id') projectId: string, @IdParam('endpointId') endpointId: string): Promise<void> {
    if (!(await this.endpoints.delete({ projectId, endpointId }))) throw noEndpoint(endpointId);
  }

  /** @throws BadRequestException when the URL leads to an address to which no event may be sent */
  private assertPublic(url: string): string {
    if (this.agents.allowsHostOf(new URL(url))) return url;
    throw new BadRequestException([
      'url must not lead to a private address; to allow it, its network has to be in ALLOWED_PRIVATE_NETWORKS',
    ]);
  }
}

function noProject(id: string): NotFoundException {
  return new NotFoundException(`there is no project ${id}`);
}

function noEndpoint(id: string): NotFoundException {
  return new NotFoundException(`there is no event endpoint ${id} in this project`);
}

function withSecret(endpoint: EventEndpoint, secret: string): EventEndpointWithSecretResponse {
  return Object.assign(toResponse(endpoint), { secret });
}

function toResponse(endpoint: EventEndpoint): EventEndpointResponse {
  return {
    id: endpoint.id,
    projectId: endpoint.project_id,
    url: endpoint.url,
    types: endpoint.types,
    status: endpoint.status,
    disabledReason: endpoint.disabled_reason,
    createdAt: endpoint.created_at.toISOString(),
    updatedAt: endpoint.updated_at.toISOString(),
  };
}

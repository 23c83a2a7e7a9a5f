import { Body, Controller, Get, NotFoundException, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { IdParam } from '../../http/ids.js';
import { decodeCursor, pageOf } from '../../http/pages/cursor.js';
import { ListQuery } from '../../http/pages/list-query.dto.js';
import {
  CreateProjectRequest,
  ProjectPageResponse,
  ProjectResponse,
  UpdateProjectRequest,
} from './projects.dto.js';
import { ProjectsRepository, type Project } from './projects.repository.js';

@ApiTags('projects')
@ApiBearerAuth()
@Controller('api/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsRepository) {}

  @Post()
  @ApiOperation({ summary: 'Create a project: defaults that conversations share' })
  @ApiCreatedResponse({ type: ProjectResponse })
  async create(@Body() request: CreateProjectRequest): Promise<ProjectResponse> {
    return toResponse(await this.projects.create(request));
  }

  @Get()
  @ApiOperation({ summary: 'List projects, the newest first' })
  @ApiOkResponse({ type: ProjectPageResponse })
  async list(@Query() { limit, cursor }: ListQuery): Promise<ProjectPageResponse> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.projects.list({ limit: limit + 1, after });
    const { data, nextCursor } = pageOf(rows, limit, ({ key, id }) => ({ key, id }));
    return { data: data.map(toResponse), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a project' })
  @ApiOkResponse({ type: ProjectResponse })
  @ApiNotFoundResponse({ description: 'No such project' })
  async read(@IdParam('id') id: string): Promise<ProjectResponse> {
    return toResponse(orNotFound(await this.projects.find(id), id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a project; null clears a setting' })
  @ApiOkResponse({ type: ProjectResponse })
  @ApiNotFoundResponse({ description: 'No such project' })
  async update(@IdParam('id') id: string, @Body() request: UpdateProjectRequest): Promise<ProjectResponse> {
    return toResponse(orNotFound(await this.projects.update(id, request), id));
  }
}

function orNotFound(project: Project | undefined, id: string): Project {
  if (project === undefined) throw new NotFoundException(`there is no project ${id}`);
  return project;
}

function toResponse(project: Project): ProjectResponse {
  return {
    id: project.id,
    name: project.name,
    language: project.language,
    transcriptPrompt: project.transcript_prompt,
    createdAt: project.created_at.toISOString(),
    updatedAt: project.updated_at.toISOString(),
  };
}

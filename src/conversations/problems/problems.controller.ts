import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemsRepository } from '../../chunks/problems.repository.js';
import { adviceOn } from './advice.js';
import { ProblemsResponse } from './problems.dto.js';

@ApiTags('chunks')
@ApiBearerAuth()
@Controller('api/problems')
export class ProblemsController {
  constructor(private readonly problems: ProblemsRepository) {}

  @Get()
  @ApiOperation({
    summary: 'What went wrong: failed chunks and uncorrected texts by the code of their error',
    description:
      'Of the newest 10,000 of each kind. GET /api/chunks lists the chunks of one: `?errorCode=`, with `&uncorrected=true` for texts.',
  })
  @ApiOkResponse({ type: ProblemsResponse })
  async list(): Promise<ProblemsResponse> {
    const groups = await this.problems.groups();
    return {
      data: groups.map(({ firstAt, lastAt, ...group }) => ({
        ...group,
        firstAt: firstAt.toISOString(),
        lastAt: lastAt.toISOString(),
        advice: adviceOn(group.kind, group.code),
      })),
    };
  }
}

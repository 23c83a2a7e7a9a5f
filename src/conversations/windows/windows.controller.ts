import { Controller, Get, NotFoundException } from '@nestjs/common';
import { ApiBearerAuth, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { WindowsRepository } from '../../chunks/windows/windows.repository.js';
import { IdParam } from '../../http/ids.js';
import { WindowResponse } from './windows.dto.js';

@ApiTags('chunks')
@ApiBearerAuth()
@Controller('api/chunks/:id/windows')
export class WindowsController {
  constructor(private readonly windows: WindowsRepository) {}

  @Get()
  @ApiOperation({
    summary: 'How the windows of a recording are corrected, in their order, without texts',
    description: 'Empty before the first-stage text, and for a short recording before it is corrected.',
  })
  @ApiOkResponse({ type: WindowResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  async list(@IdParam('id') id: string): Promise<WindowResponse[]> {
    const windows = await this.windows.ofChunk(id);
    if (windows === undefined) throw new NotFoundException(`there is no chunk ${id}`);
    return windows.map(({ settledAt, ...window }) => ({
      ...window,
      settledAt: settledAt?.toISOString() ?? null,
    }));
  }
}

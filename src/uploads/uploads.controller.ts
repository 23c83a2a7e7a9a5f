import { Controller, Delete, Head, Options, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TakesUploadBytes } from '../http/body-types.js';
import { IdParam } from '../http/ids.js';
import { BodilessRequest } from './bodiless-request.decorator.js';
import type { TusAnswer } from './protocol/tus-server.js';
import { UploadRequests } from './upload-requests.js';
import {
  DescribesCreation,
  DescribesOptions,
  DescribesPatch,
  DescribesState,
  DescribesTermination,
} from './uploads.openapi.js';

@ApiTags('uploads')
@ApiBearerAuth()
@Controller('api/uploads')
export class UploadsController {
  constructor(private readonly requests: UploadRequests) {}

  @Options()
  @DescribesOptions()
  async options(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.requests.options(request));
  }

  @Post()
  @TakesUploadBytes()
  @DescribesCreation()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.requests.create(request));
  }

  @Head(':id')
  @DescribesState()
  async head(
    @IdParam('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.requests.head(request, id));
  }

  @Patch(':id')
  @TakesUploadBytes()
  @DescribesPatch()
  async patch(
    @IdParam('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.requests.patch(request, id));
  }

  @Delete(':id')
  @DescribesTermination()
  async terminate(
    @IdParam('id') id: string,
    @BodilessRequest() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.requests.terminate(request, id));
  }
}

async function send(reply: FastifyReply, { status, headers }: TusAnswer): Promise<void> {
  await reply.status(status).headers(headers).send();
}

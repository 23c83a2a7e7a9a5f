import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { LanguageSetting } from '../../http/language-setting.decorator.js';
import { PageResponse } from '../../http/pages/list-query.dto.js';
import { StorableText } from '../../http/storable-text.decorator.js';

const MAX_NAME_LENGTH = 200;
/** Enough for 1000 hotwords of six long words, and too little for a book. */
export const MAX_PROMPT_LENGTH = 100_000;

export class CreateProjectRequest {
  @ApiProperty({
    description: 'For people; need not be unique.',
    example: 'Neighbourhood meetings',
    maxLength: MAX_NAME_LENGTH,
  })
  @StorableText(MAX_NAME_LENGTH)
  name!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'en',
    description:
      'A language tag (BCP 47) such as `en`, `es-419` or `zh-Hant-TW`, or `auto`; null means `en`.',
  })
  @LanguageSetting()
  language?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Ringback, Merwede bridge, Femke de Graaf',
    description: 'Comma-separated hotwords, also passed to the correction as guidance.',
  })
  @IsOptional()
  @StorableText(MAX_PROMPT_LENGTH)
  transcriptPrompt?: string | null;
}

export class UpdateProjectRequest extends PartialType(CreateProjectRequest, { skipNullProperties: false }) {}

export class ProjectResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'For people; need not be unique.' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  language!: string | null;

  @ApiProperty({ type: String, nullable: true })
  transcriptPrompt!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class ProjectPageResponse extends PageResponse {
  @ApiProperty({ type: ProjectResponse, isArray: true, description: 'Newest first.' })
  data!: ProjectResponse[];
}

import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { MAX_NAME_LENGTH, MAX_PROMPT_LENGTH } from './conversation-settings.js';
import { LanguageSetting } from './language-setting.decorator.js';
import { StorableText } from './storable-text.decorator.js';

export class CreateProjectRequest {
  @ApiProperty({ example: 'Neighbourhood meetings', maxLength: MAX_NAME_LENGTH })
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
    description: 'Comma-separated hotwords, also handed to the correction as guidance.',
  })
  @IsOptional()
  @StorableText(MAX_PROMPT_LENGTH)
  transcriptPrompt?: string | null;
}

export class UpdateProjectRequest extends PartialType(CreateProjectRequest, { skipNullProperties: false }) {}

export class ProjectResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
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

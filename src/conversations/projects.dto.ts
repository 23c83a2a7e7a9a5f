import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { LANGUAGE_PATTERN, MAX_NAME_LENGTH, MAX_PROMPT_LENGTH } from './conversation-settings.js';
import { StorableText } from './storable-text.decorator.js';

export class CreateProjectRequest {
  @ApiProperty({ example: 'Neighbourhood meetings', maxLength: MAX_NAME_LENGTH })
  @StorableText(MAX_NAME_LENGTH)
  name!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'en',
    description: 'A language code, or `auto`; null means `en`.',
  })
  @IsOptional()
  @Matches(LANGUAGE_PATTERN, { message: 'language must be a language code such as en, nl or pt-BR, or auto' })
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

import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';

/** Many times the length of a key; a longer text need not be hashed. */
const MAX_KEY_LENGTH = 1_024;

export class SignInRequest {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_KEY_LENGTH,
    description: 'One of the keys of API_KEYS.',
    example: 'a-key-of-api-keys',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_KEY_LENGTH)
  apiKey!: string;
}

export class SignInResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The name of the key; null when no key is required.',
  })
  name!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the session ends; null when none was started.',
  })
  expiresAt!: string | null;
}

export class SessionResponse {
  @ApiProperty({ description: 'Whether the request has the cookie of a session that is valid.' })
  signedIn!: boolean;

  @ApiProperty({ description: 'Whether the API requires a key or a session.' })
  required!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'The name of the session’s key.' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When the session ends.' })
  expiresAt!: string | null;
}

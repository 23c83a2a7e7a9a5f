import { type ArgumentMetadata, BadRequestException, Param, type PipeTransform } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { isUUID, IsUUID, type ValidationOptions } from 'class-validator';

/**
 * Returns the spelling of an id that is used behind the HTTP layer, where it is part of folder
 * names and queue keys. A UUID is case-insensitive (RFC 9562, section 4:
 * https://www.rfc-editor.org/rfc/rfc9562#section-4) and stored in lower case.
 */
export function canonicalId(id: string): string {
  return id.toLowerCase();
}

class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data = 'the id' }: ArgumentMetadata): string {
    if (!isUUID(value)) throw new BadRequestException([`${data} must be a UUID`]);
    return canonicalId(String(value));
  }
}

/** A path parameter with an id, validated and in its canonical spelling. */
export function IdParam(name: string): ParameterDecorator {
  return Param(name, IdPipe);
}

/** A body or query field with an id, validated and in its canonical spelling. */
export function IsId(options: ValidationOptions): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? canonicalId(value) : value)),
    IsUUID(undefined, options),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

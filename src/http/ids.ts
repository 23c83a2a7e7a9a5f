import { type ArgumentMetadata, BadRequestException, Param, type PipeTransform } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { isUUID, IsUUID, type ValidationOptions } from 'class-validator';

/**
 * Brings an id to the one spelling that is used behind the HTTP layer: names of folders and keys of queues are made of it. Letters
 * of a UUID may come in any case (RFC 9562, section 4: https://www.rfc-editor.org/rfc/rfc9562#section-4), and are written small.
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

/** A parameter of the path that holds an id: checked, and in its canonical spelling. */
export function IdParam(name: string): ParameterDecorator {
  return Param(name, IdPipe);
}

/** A field of a body or a query that holds an id: checked, and in its canonical spelling. */
export function IsId(options: ValidationOptions): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? canonicalId(value) : value)),
    IsUUID(undefined, options),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

import { type ArgumentMetadata, BadRequestException, ValidationPipe, type Type } from '@nestjs/common';

/**
 * Most fields and list entries in a request, nested ones included. Five times what any request here
 * has. class-validator and class-transformer take time by the square of their number: a megabyte of
 * unknown fields would take five seconds, one of list entries fourteen.
 */
const MAX_VALUES = 100;
/** A message quotes the name of a field that nobody knows; ours have 30 characters at most. */
const MAX_FIELD_NAME_CHARACTERS = 100;

/** Refuses what would be expensive to validate, or to complain about, before it is validated. */
class BoundedValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const problem = this.toValidate(metadata) ? excessOf(value) : undefined;
    if (problem !== undefined) throw new BadRequestException([problem]);
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** Unknown fields are refused, not ignored: a misspelt option would otherwise be a silent one. */
const pipe = new BoundedValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });

export function validationPipe(): ValidationPipe {
  return pipe;
}

/**
 * Validates a body that did not come through a handler's parameter, by the same rules.
 *
 * @throws BadRequestException with the list of problems
 */
export async function validateBody<T extends object>(dto: Type<T>, body: unknown): Promise<T> {
  return (await pipe.transform(body ?? {}, { type: 'body', metatype: dto })) as T;
}

function excessOf(value: unknown): string | undefined {
  const containers = [value];
  let values = 0;
  for (const container of containers) {
    if (typeof container !== 'object' || container === null) continue;
    const names = Object.keys(container);
    values += names.length;
    if (values > MAX_VALUES) return `there are more than ${MAX_VALUES} fields and list entries`;
    if (names.some(({ length }) => length > MAX_FIELD_NAME_CHARACTERS)) {
      return `the name of a field is longer than ${MAX_FIELD_NAME_CHARACTERS} characters`;
    }
    for (const inner of Object.values(container) as unknown[]) containers.push(inner);
  }
  return undefined;
}

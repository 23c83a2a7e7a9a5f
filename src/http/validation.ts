import { type ArgumentMetadata, BadRequestException, ValidationPipe, type Type } from '@nestjs/common';

/**
 * Maximum of fields and list entries in a request, including nested ones: five times the largest
 * request of this API. class-validator and class-transformer take quadratic time: a megabyte of
 * unknown fields would take five seconds, one of list entries fourteen.
 */
const MAX_VALUES = 100;
/** An error message quotes the name of an unknown field; ours have 30 characters at most. */
const MAX_FIELD_NAME_CHARACTERS = 100;

/** Nest removes such fields from every object: the caller would not notice. */
const REMOVED_NAMES: readonly string[] = ['constructor', 'prototype'];

/** Refuses a body that would be expensive to validate or to report on, before it is validated. */
class BoundedValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const problem = this.toValidate(metadata) ? excessOf(value) : undefined;
    if (problem !== undefined) throw new BadRequestException([problem]);
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** Unknown fields are refused, not ignored: a misspelled option would have no effect. */
const pipe = new BoundedValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });

export function validationPipe(): ValidationPipe {
  return pipe;
}

/**
 * Validates a body that is not a handler's parameter, by the same rules.
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
    if (names.some((name) => REMOVED_NAMES.includes(name))) {
      return `no field can be named ${REMOVED_NAMES.join(' or ')}`;
    }
    for (const inner of Object.values(container) as unknown[]) containers.push(inner);
  }
  return undefined;
}

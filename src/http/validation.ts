import { ValidationPipe, type Type } from '@nestjs/common';

/** Unknown fields are refused, not ignored: a misspelt option would otherwise be a silent one. */
const pipe = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });

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

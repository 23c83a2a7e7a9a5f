import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { ArrayUnique, IsInt, IsOptional, IsString } from 'class-validator';
import { validateBody } from './validation.js';

class Example {
  @IsString()
  name!: string;

  @IsOptional()
  @IsInt()
  count?: number;

  @IsOptional()
  @ArrayUnique()
  tags?: unknown[];
}

async function problemsOf(body: unknown): Promise<unknown> {
  try {
    await validateBody(Example, body);
  } catch (error) {
    if (!(error instanceof BadRequestException)) throw error;
    return (error.getResponse() as { message: unknown }).message;
  }
  throw new Error('the body was accepted');
}

describe('a body', () => {
  it('becomes an object of its class', async () => {
    const body = await validateBody(Example, { name: 'a', count: 2 });
    expect(body).toBeInstanceOf(Example);
    expect(body).toEqual({ name: 'a', count: 2 });
  });

  it('is refused with every problem at once', async () => {
    expect(await problemsOf({ name: 5, count: 'two', size: 1 })).toEqual([
      'property size should not exist',
      'name must be a string',
      'count must be an integer number',
    ]);
  });

  it('is refused for an unknown field of any name', async () => {
    for (const field of ['nmae', 'Name', '0']) {
      expect(await problemsOf({ name: 'a', [field]: 1 })).toEqual([`property ${field} should not exist`]);
    }
  });

  it.each(['constructor', 'prototype'])(
    'is refused for a field that would be lost without notice: %s',
    async (field) => {
      expect(await problemsOf({ name: 'a', tags: [{ [field]: 'b' }] })).toEqual([
        'no field can be named constructor or prototype',
      ]);
    },
  );

  it.each([[undefined], [null], [[]], ['text'], [5], [true]])(
    'is refused when it is not an object: %j',
    async (body) => {
      expect(await problemsOf(body)).toBeTruthy();
    },
  );

  it('is not converted: a string is not a number', async () => {
    expect(await problemsOf({ name: 'a', count: '2' })).toEqual(['count must be an integer number']);
  });

  const many = Array.from({ length: 500_000 }, (_item, index) => `tag ${index}`);
  const manyFields = Object.fromEntries(many.map((name) => [name, 1]));

  // Quadratic time would be minutes here: longer than the timeout of a test.
  it.each([
    ['fields', { ...manyFields, name: 'a' }],
    ['fields in a field', { name: manyFields }],
    ['list entries', { name: 'a', tags: many }],
    ['fields in list entries', { name: 'a', tags: many.map((tag) => ({ tag })) }],
    ['bodies', many],
  ])('is refused quickly, with one message, when it has too many %s', async (_what, body) => {
    expect(await problemsOf(body)).toEqual(['there are more than 100 fields and list entries']);
  });

  it('is refused without quoting the name of a field that is far too long', async () => {
    expect(await problemsOf({ name: 'a', ['n'.repeat(1_000_000)]: 1 })).toEqual([
      'the name of a field is longer than 100 characters',
    ]);
  });

  it('may have any size when no class describes it', async () => {
    expect(await validateBody(Object, manyFields)).toBe(manyFields);
  });
});

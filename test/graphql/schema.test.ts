import { describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { buildSchema, isInputObjectType, isObjectType } from 'graphql';
import { emitSchema } from '../../src/graphql/emit-schema.js';

describe('the emitted schema', () => {
  const printed = emitSchema();

  it('is the same whenever it is printed', async () => {
    expect(await emitSchema()).toBe(await printed);
  });

  it('lets a change be exactly one operation', async () => {
    const change = buildSchema(await printed).getType('ChangeInput');
    expect(isInputObjectType(change) && change.isOneOf).toBe(true);
  });

  it('answers every mutation with userErrors', async () => {
    const mutations =
      buildSchema(await printed)
        .getMutationType()
        ?.getFields() ?? {};
    expect(Object.keys(mutations)).toContain('changeRequestCreate');
    for (const mutation of Object.values(mutations)) {
      const name = String(mutation.type).replace('!', '');
      const payload = buildSchema(await printed).getType(name);
      const errors = isObjectType(payload) ? payload.getFields()['userErrors'] : undefined;
      expect(`${mutation.name}: ${String(errors?.type)}`).toBe(`${mutation.name}: [UserError!]!`);
    }
  });

  it('gives no money as a float', async () => {
    for (const type of Object.values(buildSchema(await printed).getTypeMap())) {
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (/price|cost/i.test(field.name)) expect(String(field.type)).toMatch(/^Decimal/);
      }
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { depthLimit } from '../../src/graphql/depth-limit.js';

const schema = buildSchema('type Query { me: Person } type Person { name: String friend: Person }');

function faults(source: string): readonly string[] {
  return validate(schema, parse(source), [depthLimit(3)]).map(({ message }) => message);
}

describe('the depth limit', () => {
  it('counts fields, through fragments and inline fragments', () => {
    expect(faults('{ me { friend { name } } }')).toEqual([]);
    expect(faults('{ me { friend { friend { name } } } }')).toHaveLength(1);
    expect(
      faults('{ me { ... on Person { friend { ...F } } } } fragment F on Person { friend { name } }'),
    ).toHaveLength(1);
  });

  it('leaves introspection alone, and ends on a circle of fragments', () => {
    expect(faults(getIntrospectionQuery())).toEqual([]);
    expect(faults('{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A name }')).toEqual([]);
  });
});

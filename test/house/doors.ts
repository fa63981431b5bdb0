import ts from 'typescript';
import { brokenAt, type Source, walk } from './source.js';

const DOORS = new Set(['Query', 'Mutation', 'Subscription', 'Get', 'Post', 'Put', 'Patch', 'Delete', 'All', 'Head']);
/** What src/access/roles.ts offers. `AnyRole` is `Roles` with all of them: signed in, and named so on purpose. */
const GUARDS = new Set(['Roles', 'AnyRole', 'Public']);

/** Resolver and controller methods that say neither who may call them nor that everybody may. */
export function unguardedDoors(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of sources) {
    walk(source, (node) => {
      if (!ts.isMethodDeclaration(node) || !ts.isClassLike(node.parent)) return;
      const names = decoratorNames(node);
      if (!names.some((name) => DOORS.has(name))) return;
      if ([...names, ...decoratorNames(node.parent)].some((name) => GUARDS.has(name))) return;
      broken.push(brokenAt(source, node, `${node.name.getText(source.ast)} has neither @Roles, @AnyRole nor @Public`));
    });
  }
  return broken;
}

function decoratorNames(node: ts.Node): string[] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.map(({ expression }) => {
    const callee = ts.isCallExpression(expression) ? expression.expression : expression;
    return callee.getText().split('.').at(-1) ?? '';
  });
}

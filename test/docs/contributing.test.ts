import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const contributing = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8');
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
);

/** Scripts that run by themselves, or that others run. */
const isInner = (name: string): boolean => /^(pre|_)/.test(name) || ['clean', 'build', 'lint', 'audit'].includes(name);

test('every command is listed, and every command that is named is there', () => {
  const named = [...contributing.matchAll(/npm (?:run )?(test|start|[a-z]+(?::[a-z-]+)?)(?=[\s`])/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'run' && name !== 'ci');
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect(Object.keys(scripts).filter((name) => !isInner(name) && !named.includes(name))).toEqual([]);
});

test('every file and folder that is named or linked is there', () => {
  const linked = [...contributing.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path = '']) => path);
  const named = [...contributing.matchAll(/`((?:docs|test|zapier|topo|contract|dev|webhook-server)\/[^`*]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(linked.length + named.length).toBeGreaterThan(10);
  expect([...linked, ...named].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

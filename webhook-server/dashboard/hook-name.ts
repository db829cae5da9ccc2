import type { Hook } from '../../contract/hook.ts';

/** What a Zap is called on a page: its name, or what tells it apart. */
export const hookName = ({ name, target, state, id }: Hook): string => {
  const called = name ?? (target === '…' ? id : `Zap at ${target}`);
  return state === 'ended' ? `${called} (turned off)` : called;
};

import type { Hook } from '../../contract/hook.ts';
import type { EventHistory, Verdict } from '../store/tenant-store.ts';

/** A hook and those that its Zap had before it, newest first, as far as they are among these. */
export const hooksOfZap = (hooks: readonly Hook[], hook: Hook): Hook[] => {
  const before = hooks.find(({ id }) => id === hook.predecessor);
  return before === undefined ? [hook] : [hook, ...hooksOfZap(hooks, before)];
};

/** The hook that the Zap of this one has now; undefined while it is off. */
export const liveHookOf = (hooks: readonly Hook[], hook: Hook): Hook | undefined =>
  hooks.find((one) => one.ended_at === null && hooksOfZap(hooks, one).some(({ id }) => id === hook.id));

/** What became of an event at a Zap: at the newest of its hooks that was there, or that had ended by then. */
export const verdictOfZap = (ofZap: readonly Hook[], { hooks }: EventHistory): Verdict | undefined => {
  const verdicts = ofZap.flatMap((hook) => hooks.find(({ hookId }) => hookId === hook.id)?.verdict ?? []);
  return verdicts.find(({ kind }) => kind !== 'not there yet') ?? verdicts[0];
};

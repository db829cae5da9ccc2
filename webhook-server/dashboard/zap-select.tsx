import type { Hook } from '../../contract/hook.ts';

/** What a Zap is called on a page: its name, or what tells it apart. */
export const nameOfZap = ({ name, target, state, id }: Hook): string => {
  const called = name ?? (target === '…' ? id : `Zap at ${target}`);
  return state === 'ended' ? `${called} (turned off)` : called;
};

/** A choice of one Zap. */
export const ZapSelect = ({ hooks, chosen }: { hooks: readonly Hook[]; chosen: string | undefined }) => (
  <label>
    Zap
    <select name="hook" required>
      {hooks.map((hook) => (
        <option key={hook.id} value={hook.id} selected={hook.id === chosen}>
          {nameOfZap(hook)}
        </option>
      ))}
    </select>
  </label>
);

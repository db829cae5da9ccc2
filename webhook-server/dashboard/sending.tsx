import type { EventPosition, ReadingSpan } from '../store/tenant-store.ts';
import { hrefOf } from './query.ts';
import { counted } from './time.tsx';
import { UnknownTimes } from './unknown-times.tsx';

/** What a Zap did not take: deliveries that were given up or dropped, or events that it missed while it was off. */
export type LostState = 'dead' | 'dropped' | 'missed';

/** What somebody chose to send again, as it stands in an address. */
export type Chosen = { hook: string; since: string; until: string; state: LostState | undefined };

/** `isAll`: there is no more. `unknown`: when nobody knows what the Zap missed. */
export type Count = { count: number; isAll: boolean; unknown: readonly ReadingSpan[] };

type Progress = { chosen: Chosen; total: number; done: number };

type SendingProps = Progress & { from?: EventPosition | null; label?: string };

const labelOf = ({ state }: Chosen, { count, isAll }: Count): string => {
  if (!isAll) return 'Send all of them';
  return state === 'missed'
    ? `Send ${counted(count, 'event', 'events')}`
    : `Send ${counted(count, 'delivery', 'deliveries')} again`;
};

const positionOf = (from: EventPosition | null): string => (from === null ? '' : `${from.occurredAtUs}-${from.seq}`);

/** The form that sends the next ones. Once it has begun it goes on by itself, as long as the page is open. */
const SendingForm = ({ chosen, total, done, from = null, label = 'Go on' }: SendingProps) => {
  const hasBegun = done > 0 || from !== null;
  const goesOn = hasBegun
    ? {
        'hx-post': 'send-again',
        'hx-trigger': 'load delay:1s',
        'hx-target': '#sending',
        'hx-select': '#sending',
        'hx-swap': 'outerHTML',
      }
    : {};
  return (
    <form method="post" action="send-again" {...goesOn}>
      {Object.entries({ ...chosen, total, done, from: positionOf(from) }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value ?? ''} />
      ))}
      <button type="submit">{label}</button>
    </form>
  );
};

/** What there is to send, in a sentence. */
const Found = ({ chosen, count, isAll }: { chosen: Chosen } & Omit<Count, 'unknown'>) => {
  const pace = 'The Zap runs once for each, as fast as Zapier takes them.';
  const atLeast = isAll ? '' : 'At least ';
  return chosen.state === 'missed' ? (
    <p>
      {atLeast}
      {counted(count, 'event', 'events')} came while the Zap was off. {pace} What was sent before is left out, and so is
      what the filters of the Zap keep out now.
    </p>
  ) : (
    <p>
      {atLeast}
      {counted(count, 'delivery was', 'deliveries were')} not taken in this time. {pace} What was sent again before is
      left out.
    </p>
  );
};

const nothing = ({ state }: Chosen, isAll: boolean): string => {
  if (!isAll) return 'There are too many events in this time to look at all of them. Choose a shorter time.';
  return state === 'missed'
    ? 'The Zap missed nothing in this time, as far as this server knows.'
    : 'There is nothing to send again. Choose a longer time, or another state.';
};

type CountedProps = { chosen: Chosen; found: Count; mayWrite: boolean };

/** What was counted, and the button that sends it. */
export const Counted = ({ chosen, found, mayWrite }: CountedProps) => {
  const { count, isAll, unknown } = found;
  return (
    <>
      {count === 0 ? <p>{nothing(chosen, isAll)}</p> : <Found chosen={chosen} count={count} isAll={isAll} />}
      <UnknownTimes times={unknown} />
      {count > 0 && mayWrite && <SendingForm chosen={chosen} total={count} done={0} label={labelOf(chosen, found)} />}
      {count > 0 && !mayWrite && <p>Your key may only read. Sign in with one that may write tasks to send them.</p>}
    </>
  );
};

/** How far it has come, and the way to go on or to stop. More may be sent than was counted. */
export const Going = ({ chosen, total, done, from = null }: SendingProps) => (
  <>
    {done < total ? (
      <label>
        {done.toLocaleString('en')} of {total.toLocaleString('en')} wait to be sent.
        <progress value={done} max={total} />
      </label>
    ) : (
      <label>
        {done.toLocaleString('en')} wait to be sent so far.
        <progress />
      </label>
    )}
    <SendingForm chosen={chosen} total={total} done={done} from={from} />
    <p>
      <a href={hrefOf('send-again', chosen)}>Stop</a>
    </p>
  </>
);

/** All of it waits to be sent. */
export const Gone = ({ chosen: { hook, state }, done }: Omit<Progress, 'total'>) => (
  <p role="status">
    {state === 'missed'
      ? counted(done, 'event waits', 'events wait')
      : counted(done, 'delivery waits', 'deliveries wait')}{' '}
    to be sent, and each goes by itself. <a href={hrefOf('why', { hook })}>See what becomes of them</a>
  </p>
);

import type { ComponentChildren } from 'preact';
import type { TaskEvent } from '../../contract/event.ts';
import type { Hook, HookFilters } from '../../contract/hook.ts';
import type { DeliveryHistory, ReadingSpan, Verdict } from '../store/tenant-store.ts';
import { counted, spanOf, Time } from './time.tsx';

/** What became of an event at the Zap in question, and what the other Zaps are called that it was sent to. */
type Found = { event: TaskEvent; verdict: Verdict; otherZaps: readonly string[] };

/**
 * Everything that answers the five questions. Events come newest first; `hasMore`: there are older ones in that time.
 * `before`: the hook that the Zap had before this one. `missedHref`: where what the Zap missed while it was off can be sent;
 * undefined while it is off.
 */
export type Findings = {
  hook: Hook;
  before: Hook | undefined;
  sinceMs: number;
  untilMs: number;
  readings: readonly ReadingSpan[];
  events: readonly Found[];
  hasMore: boolean;
  missedHref: string | undefined;
};

const filterNames: Record<keyof HookFilters, string> = {
  new_assignee_ids: 'who has the task now',
  previous_assignee_ids: 'who had the task before',
  task_types: 'the type of the task',
  priorities: 'the priority',
  sequence_template_ids: 'the sequence template',
  kinds: 'the kind of reassignment',
  outcomes: 'how the task was closed',
  dispositions: 'what the call came to',
  ignore_sources: 'changes that Zaps made themselves',
};

const endings: Record<string, string> = {
  unsubscribed: 'somebody turned it off in Zapier',
  gone: 'Zapier answered that it does not exist any more (410)',
  failing: 'nothing could be delivered for three days',
  'key refused': 'Topo refused the key of its connection for a day',
};

type AnswerProps = { question: string; isWell: boolean; children: ComponentChildren };

const Answer = ({ question, isWell, children }: AnswerProps) => (
  <li data-answer={isWell ? 'well' : 'trouble'}>
    <h2>{question}</h2>
    {children}
  </li>
);

const gapsOf = (readings: readonly ReadingSpan[]): readonly ReadingSpan[] => readings.filter(({ isRead }) => !isRead);

const Reading = ({ readings }: Pick<Findings, 'readings'>) => {
  const gaps = gapsOf(readings);
  return (
    <Answer question="Was Topo being read?" isWell={gaps.length === 0}>
      {gaps.length === 0 ? (
        <p>Yes, all of that time.</p>
      ) : (
        <>
          <p>Not all of that time. What changed meanwhile is found at the next reading, and told late.</p>
          <ul>
            {gaps.map(({ fromMs, untilMs, reason }) => (
              <li key={fromMs}>
                <Time ms={fromMs} /> to <Time ms={untilMs} /> ({spanOf(untilMs - fromMs)}):{' '}
                {reason ?? 'nobody asked for this workspace to be read, or the server did not run'}
              </li>
            ))}
          </ul>
        </>
      )}
    </Answer>
  );
};

const msOf = (time: string | null): number => (time === null ? Number.POSITIVE_INFINITY : Date.parse(time));

const MissedLink = ({ href }: { href: string | undefined }) =>
  href === undefined ? null : (
    <>
      {' '}
      <a href={href}>Send what it missed</a>
    </>
  );

/** What kept a Zap from hearing in that time; undefined when it listened throughout. */
const silenceOf = ({ hook, before, sinceMs, untilMs, missedHref }: Findings): ComponentChildren => {
  const endedMs = msOf(hook.ended_at);
  if (endedMs < untilMs) {
    return (
      <p>
        Not since <Time ms={endedMs} />: it is off, as {endings[hook.ended_reason ?? ''] ?? hook.ended_reason}. Turn the
        Zap off and on in Zapier.
      </p>
    );
  }
  const refusedMs = msOf(hook.key_refused_since);
  if (refusedMs < untilMs) {
    return (
      <p>
        Not since <Time ms={refusedMs} />: Topo refuses the key of its connection. Reconnect Topo in Zapier, and turn
        the Zap off and on.
      </p>
    );
  }
  if (hook.listening_since === null && hook.ended_at === null) {
    return <p>Not yet: the tasks are being read for the first time.</p>;
  }
  const fromMs = Math.max(Date.parse(hook.created_at), Date.parse(hook.listening_since ?? hook.created_at));
  const offFromMs = before === undefined ? 0 : msOf(before.ended_at);
  if (fromMs <= sinceMs || offFromMs >= Math.min(fromMs, untilMs)) return undefined;
  return (
    <p>
      {offFromMs > sinceMs ? (
        <>
          Not from <Time ms={offFromMs} /> until <Time ms={fromMs} />: it was off. What happened meanwhile is not told
          to it.
        </>
      ) : (
        <>
          {fromMs < untilMs ? 'Only from' : 'Not before'} <Time ms={fromMs} />
          {fromMs < untilMs && ' on'}. What happened before it was turned on is not told to it.
        </>
      )}
      <MissedLink href={missedHref} />
    </p>
  );
};

const Listening = (findings: Findings) => {
  const silence = silenceOf(findings);
  return (
    <Answer question="Was the Zap listening?" isWell={silence === undefined}>
      {silence ?? <p>Yes, all of that time.</p>}
    </Answer>
  );
};

const Changed = ({ events, hasMore }: Findings) => (
  <Answer question="Did anything change?" isWell={events.length > 0}>
    {events.length === 0 ? (
      <p>
        Nothing was found that fits what you chose above and the events of this Zap. Choose a longer time, or nobody. A
        change that was undone before the next reading leaves no trace.
      </p>
    ) : (
      <p>
        Yes, {counted(events.length, 'time', 'times')}
        {hasMore && ' and more, of which these are the newest'}.
      </p>
    )}
  </Answer>
);

/** So many other Zaps are named; the rest are counted. */
const mostNamed = 3;

const toldOf = (zaps: readonly string[]): string => {
  if (zaps.length === 0) return '';
  const named = zaps.slice(0, mostNamed).map((name) => `“${name}”`);
  const more = zaps.length > mostNamed ? ` and ${zaps.length - mostNamed} more` : '';
  return ` ${zaps.length === 1 ? 'Another Zap was' : 'Other Zaps were'} told: ${named.join(', ')}${more}.`;
};

const wishOf = ({ verdict, otherZaps }: Found): string => {
  const others = toldOf(otherZaps);
  switch (verdict.kind) {
    case 'sent':
      return `Wanted.${others}`;
    case 'kept out':
      return `Not wanted: the filter on ${filterNames[verdict.filter]} kept it out.${others}`;
    case 'other event':
      return `Not wanted: the Zap does not hear of such events.${others}`;
    case 'undecided':
      return 'Not decided yet: the Zap filters by sequence template, and the template is being looked up.';
    case 'not there yet':
      return `It came before the Zap was turned on.${others}`;
    case 'off':
      return `It came while the Zap was off.${others}`;
    case 'not known':
      return 'Wanted, and what became of it is not kept any more.';
  }
};

/** What to do about an event that came while the Zap was off. */
const MissedHint = ({ found, missedHref }: { found: Found; missedHref: string | undefined }) => {
  if (!['off', 'not there yet'].includes(found.verdict.kind)) return null;
  return missedHref === undefined ? (
    <> Turn the Zap on in Zapier, and come back to send what it missed.</>
  ) : (
    <MissedLink href={missedHref} />
  );
};

const Wanted = ({ events, missedHref }: Findings) => {
  const unwanted = events.filter(({ verdict }) => verdict.kind !== 'sent' && verdict.kind !== 'not known');
  return (
    <Answer question="Did the Zap want it?" isWell={events.length > 0 && unwanted.length === 0}>
      {events.length === 0 && <p>There was nothing to want.</p>}
      <ul class="events">
        {events.map((found) => (
          <li key={found.event.id} data-verdict={found.verdict.kind}>
            {found.event.summary} <strong>{wishOf(found)}</strong>
            <MissedHint found={found} missedHref={missedHref} />
          </li>
        ))}
      </ul>
    </Answer>
  );
};

const states: Record<DeliveryHistory['state'], string> = {
  waiting: 'waiting',
  delivered: 'received by Zapier',
  dead: 'given up',
  dropped: 'dropped',
};

type DeliveryProps = { delivery: DeliveryHistory; canSend: boolean; back: string };

const Delivery = ({ delivery, canSend, back }: DeliveryProps) => (
  <li data-delivery={delivery.state}>
    <p>
      <strong>{states[delivery.state]}</strong>
      {delivery.reason !== null && `: ${delivery.reason}`}
      {delivery.state === 'waiting' && delivery.nextAttemptAtMs !== null && (
        <>
          {', next attempt '}
          <Time ms={delivery.nextAttemptAtMs} />
        </>
      )}
    </p>
    <ol>
      {delivery.attemptsMade.map(({ number, atMs, durationMs, status, outcome, reason }) => (
        <li key={number}>
          <Time ms={atMs} />: {status === null ? (reason ?? outcome) : `Zapier answered ${status}`}
          {durationMs !== null && ` after ${durationMs.toLocaleString('en')} ms`}
        </li>
      ))}
    </ol>
    {canSend && delivery.state !== 'waiting' && (
      <form method="post" action="why">
        <input type="hidden" name="delivery" value={delivery.id} />
        <input type="hidden" name="back" value={back} />
        <button type="submit" class="secondary outline">
          Send again
        </button>
      </form>
    )}
  </li>
);

type WhyProps = { findings: Findings; canSend: boolean; back: string };

const Sent = ({ findings: { events }, canSend, back }: WhyProps) => {
  const sent = events.flatMap(({ event, verdict }) =>
    verdict.kind === 'sent' ? [{ event, deliveries: verdict.deliveries }] : [],
  );
  const isWell =
    sent.length > 0 && sent.every(({ deliveries }) => deliveries.some(({ state }) => state === 'delivered'));
  return (
    <Answer question="Was it sent?" isWell={isWell}>
      {sent.length === 0 ? (
        <p>There was nothing to send.</p>
      ) : (
        <ol class="events">
          {sent.map(({ event, deliveries }) => (
            <li key={event.id}>
              <p>
                {event.summary} <Time ms={Date.parse(event.detected_at)} />
              </p>
              <ul>
                {deliveries.map((delivery) => (
                  <Delivery key={delivery.id} delivery={delivery} canSend={canSend} back={back} />
                ))}
              </ul>
            </li>
          ))}
        </ol>
      )}
      {sent.length > 0 && (
        <p>
          What Zapier has received is in the Zap’s history: open the Zap in Zapier, then Zap History. A run that is not
          there was kept out by a Filter step of the Zap, or the Zap was paused. Sending again makes the Zap run again.
        </p>
      )}
    </Answer>
  );
};

/** The five questions, each with its answer, in the order in which a change goes its way. */
export const WhyAnswers = (props: WhyProps) => {
  const { findings } = props;
  return (
    <ol class="answers">
      <Reading readings={findings.readings} />
      <Listening {...findings} />
      <Changed {...findings} />
      <Wanted {...findings} />
      <Sent {...props} />
    </ol>
  );
};

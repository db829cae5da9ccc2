import type { FaultKind } from '../../dev/sandbox/fault.ts';
import type { WorkStore } from '../../webhook-server/store/work-store.ts';
import type { CallTopo } from '../../webhook-server/topo-port.ts';
import type { Deed } from './detector-history.ts';

type Planned<Value> = { left: number; value: Value };

/** Things that happen after so many calls, each once. */
const createPlan = <Value>() => {
  let planned: Planned<Value>[] = [];
  return {
    add(left: number, value: Value) {
      planned.push({ left, value });
    },
    /** What falls due with this call. */
    take(): Value[] {
      const due = planned.filter(({ left }) => left === 0);
      planned = planned.filter(({ left }) => left > 0).map(({ left, value }) => ({ left: left - 1, value }));
      return due.map(({ value }) => value);
    },
    clear() {
      planned = [];
    },
  };
};

/** What goes wrong, or happens, between the detector and what it works with. */
export const createFaultInjection = () => {
  const meanwhile = createPlan<Deed>();
  const stalePages = createPlan<true>();
  const firstPages: unknown[] = [];
  const faults = createPlan<FaultKind>();
  const brokenRequests = createPlan<true>();
  const brokenStore = createPlan<'before' | 'afterwards'>();

  return {
    meanwhile,
    stalePages,
    faults,
    brokenRequests,
    brokenStore,

    clear() {
      for (const plan of [meanwhile, stalePages, faults, brokenRequests, brokenStore]) plan.clear();
    },

    throughCall:
      (inject: (faultKind: FaultKind) => void, happen: (deed: Deed) => Promise<void>) =>
      (call: CallTopo): CallTopo =>
      async (key, request, signal) => {
        for (const faultKind of faults.take()) inject(faultKind);
        if (brokenRequests.take().length > 0) throw new Error('The request broke.');
        const isFirstPage = request.query?.['page'] === 1 && request.query['sort_by'] === 'updated_at';
        const stale =
          stalePages.take().length > 0 && isFirstPage && request.query?.['size'] === 100
            ? firstPages.at(-3)
            : undefined;
        // A copy of Topo's data that lags behind answers as it did before.
        if (stale !== undefined) return stale as Awaited<ReturnType<typeof call>> as never;
        const answer = await call(key, request, signal);
        if (isFirstPage && request.query?.['size'] === 100 && answer.kind === 'answered') firstPages.push(answer);
        for (const deed of meanwhile.take()) await happen(deed);
        return answer;
      },

    throughStore: (store: WorkStore): WorkStore =>
      new Proxy(store, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function' || name === 'onWork') return method;
          return async (...parameters: unknown[]) => {
            const [broken] = brokenStore.take();
            if (broken === 'before') throw new Error('The store broke before it did anything.');
            const result: unknown = await method.apply(target, parameters);
            if (broken === 'afterwards') throw new Error('The store broke after it did everything.');
            return result;
          };
        },
      }),
  };
};

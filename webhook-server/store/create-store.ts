import { EventEmitter } from 'node:events';
import { createClockWatch } from './clock-watch.ts';
import type { Database, TenantDatabase } from './database.ts';
import type { Driver } from './driver.ts';
import { beginQuietly } from './flows/begin-quietly.ts';
import { choose, settleChoice } from './flows/choices.ts';
import { claimChore, finishChore, msUntilChore } from './flows/chores.ts';
import { claimDeliveries, msUntilDelivery } from './flows/claim-deliveries.ts';
import { claimPolls, msUntilPoll } from './flows/claim-polls.ts';
import { countTasksAt, isKnown } from './flows/compare-snapshot.ts';
import { findAllDelays, findDelays } from './flows/delays.ts';
import {
  countRecoverable,
  listDeliveries,
  recoverDeliveries,
  retryDelivery,
  sendTest,
} from './flows/deliveries-by-hand.ts';
import { findDelivery, searchDeliveries } from './flows/delivery-history.ts';
import { claimEndNotices, closeEndNotice } from './flows/end-notices.ts';
import { findEvent } from './flows/event-history.ts';
import { listEvents } from './flows/events.ts';
import { findFactsToLookUp, listTemplates, recordFacts } from './flows/facts.ts';
import { readFigures } from './flows/figures.ts';
import { finishPoll, finishPolls } from './flows/finish-poll.ts';
import { listHandOvers } from './flows/hand-overs.ts';
import { findHook, findHookOfSecret, listHooks, nameHook, subscribe, unsubscribe } from './flows/hooks.ts';
import { announceIntents, settleIntents } from './flows/intents.ts';
import { lookNow, nudge, nudgeFromOutside } from './flows/look-soon.ts';
import { recordNotice, reviewNotices } from './flows/notices.ts';
import {
  findNudgeAddress,
  findNudgedOrganization,
  removeNudgeAddress,
  replaceNudgeAddress,
} from './flows/nudge-address.ts';
import { listOperatedDeliveries, listOperatedHooks, recoverOperated, retryOperated } from './flows/operate.ts';
import { findPerson, forgetPerson, listPeople, namePeople, searchPeople } from './flows/people.ts';
import { proveWritable } from './flows/prove-writable.ts';
import { listReadings } from './flows/readings.ts';
import { publishMore, recordPage } from './flows/record-page.ts';
import { recoverMissed } from './flows/recover-missed.ts';
import { removeExpired } from './flows/remove-expired.ts';
import { checkKey, readSealedValues, replaceSealedValues } from './flows/replace-seals.ts';
import { readProgress } from './flows/scans.ts';
import { settle } from './flows/settle-deliveries.ts';
import { areFactsComplete, countOpenTasks, findOtherOpenStatuses, listTasks } from './flows/tasks.ts';
import { listUnreadWhileOff } from './flows/unread-while-off.ts';
import { findFreshness, forgetWorkspace, watch } from './flows/watching.ts';
import { findHealth, listHealth } from './flows/workspace-health.ts';
import { listKeyHashes, needsKey, renewKey } from './flows/workspace-keys.ts';
import { createLeaseOwner } from './lease-owner.ts';
import type { OperatorStore } from './operator-store.ts';
import { createOrganizationTurns } from './organization-turns.ts';
import type { Quotas } from './quotas.ts';
import type { Store } from './store.ts';
import { createTaskUrls, withTaskUrls } from './task-urls.ts';
import type { TenantStore } from './tenant-store.ts';
import { type TransactionTime, timeTransactions } from './timed-database.ts';
import { watchClock } from './watched-database.ts';
import type { WorkStore } from './work-store.ts';

const tenantStoreOf = (database: TenantDatabase, organizationId: string, quotas: Quotas): TenantStore => ({
  subscribe: (hook) => database.transaction((run) => subscribe(run, organizationId, hook, quotas)),
  hooks: (query) => listHooks(database, organizationId, query),
  hook: (hookId) => findHook(database, organizationId, hookId),
  nameHook: (hookId, name) => database.transaction((run) => nameHook(run, organizationId, hookId, name)),
  endHook: (hookId) => database.transaction((run) => unsubscribe(run, organizationId, hookId)),
  events: (query) => listEvents(database, organizationId, query),
  event: (eventId) => database.transaction((run) => findEvent(run, organizationId, eventId)),
  deliveries: (hookId, query) => listDeliveries(database, { organizationId, hookId }, query),
  searchDeliveries: (search) => searchDeliveries(database, organizationId, search),
  delivery: (deliveryId) => findDelivery(database, organizationId, deliveryId),
  handOvers: (query) => database.transaction((run) => listHandOvers(run, organizationId, query)),
  templates: () => listTemplates(database, organizationId),
  readings: (time) => database.transaction((run) => listReadings(run, organizationId, time)),
  retryDelivery: (deliveryId) => database.transaction((run) => retryDelivery(run, organizationId, deliveryId, quotas)),
  recoverDeliveries: (hookId, options) =>
    database.transaction((run) => recoverDeliveries(run, { organizationId, hookId }, options, quotas)),
  countRecoverable: (hookId, options) =>
    database.transaction((run) => countRecoverable(run, { organizationId, hookId }, options)),
  recoverMissed: (hookId, query) =>
    database.transaction((run) => recoverMissed(run, { organizationId, hookId }, query, quotas)),
  unreadWhileOff: (hookId, time) =>
    database.transaction((run) => listUnreadWhileOff(run, { organizationId, hookId }, time)),
  sendTest: (hookId, event) => database.transaction((run) => sendTest(run, { organizationId, hookId }, event, quotas)),
  announce: (intents) => database.transaction((run) => announceIntents(run, organizationId, intents, quotas)),
  settleIntent: async (id, outcome) => {
    const settlements = [{ id, ...outcome }];
    return (await database.transaction((run) => settleIntents(run, organizationId, settlements))).length === 0;
  },
  settleIntents: (settlements) => database.transaction((run) => settleIntents(run, organizationId, settlements)),
  nudge: () => database.transaction((run) => nudge(run, organizationId)),
  nudgeFromOutside: () => database.transaction((run) => nudgeFromOutside(run, organizationId)),
  nudgeAddress: () => findNudgeAddress(database, organizationId),
  replaceNudgeAddress: (added) => database.transaction((run) => replaceNudgeAddress(run, organizationId, added)),
  removeNudgeAddress: () => removeNudgeAddress(database, organizationId),
  lookNow: () => database.transaction((run) => lookNow(run, organizationId)),
  people: (query) => listPeople(database, organizationId, query),
  person: (userId) => findPerson(database, organizationId, userId),
  searchPeople: (query) => searchPeople(database, organizationId, query),
  namePeople: (people) => database.transaction((run) => namePeople(run, organizationId, people, quotas)),
  forgetPerson: (userId) => database.transaction((run) => forgetPerson(run, organizationId, userId)),
  needsKey: (keyHash) => needsKey(database, organizationId, keyHash),
  renewKey: (key) => database.transaction((run) => renewKey(run, organizationId, key)),
  freshness: () => database.transaction((run) => findFreshness(run, organizationId)),
  watch: (key) => database.transaction((run) => watch(run, organizationId, key)),
  tasks: (search) => listTasks(database, organizationId, search),
  otherOpenStatuses: () => findOtherOpenStatuses(database, organizationId),
  areFactsComplete: () => areFactsComplete(database, organizationId),
  openTasks: (isWanted) => countOpenTasks(database, organizationId, isWanted),
  choose: (choice) => database.transaction((run) => choose(run, organizationId, choice, quotas)),
  settleChoice: (choiceId, outcome) =>
    database.transaction((run) => settleChoice(run, organizationId, choiceId, outcome)),
  health: () => findHealth(database, organizationId),
  delays: () => database.transaction((run) => findDelays(run, organizationId)),
  forgetWorkspace: () => database.transaction((run) => forgetWorkspace(run, organizationId)),
});

const operatorStoreOf = (database: Database, quotas: Quotas): OperatorStore => ({
  figures: () => database.transaction(readFigures),
  delays: () => database.transaction(findAllDelays),
  workspaces: (query) => listHealth(database, query),
  hooks: (query) => listOperatedHooks(database, query),
  deliveries: (hookId, query) => listOperatedDeliveries(database, hookId, query),
  retryDelivery: (deliveryId) => database.transaction((run) => retryOperated(run, deliveryId, quotas)),
  recoverDeliveries: (hookId, options) => database.transaction((run) => recoverOperated(run, hookId, options, quotas)),
});

type ClockSteps = Pick<WorkStore, 'onClockStep'>;

const workStoreOf = (driver: Driver, { onClockStep }: ClockSteps): WorkStore => {
  const { database, onWork } = driver;
  const owner = createLeaseOwner();
  const claimer = { driver, owner };
  return {
    claimPolls: (options) => database.transaction((run) => claimPolls(run, owner, options)),
    isKnown: (organizationId, rows) => isKnown(database, organizationId, rows),
    countTasksAt: (organizationId, which, us) => countTasksAt(database, organizationId, which, us),
    recordPage: (page, options) => database.transaction((run) => recordPage(run, claimer, page, options)),
    publishMore: (more, options) => database.transaction((run) => publishMore(run, claimer, more, options)),
    factsToLookUp: (organizationId) => database.transaction((run) => findFactsToLookUp(run, organizationId)),
    recordFacts: (found, { leaseMs }) => database.transaction((run) => recordFacts(run, found, leaseMs)),
    finishPoll: (outcome) => database.transaction((run) => finishPoll(run, outcome), 'settling'),
    finishPolls: (outcomes) => finishPolls(database, outcomes),
    // In a transaction, so that `/readyz` notices when the database has become another one.
    progress: () => database.transaction(readProgress),
    figures: () => database.transaction(readFigures),
    proveWritable: () => database.transaction(proveWritable),
    msUntilPoll: (options = { isGoingOnFull: false }) => msUntilPoll(database, options),
    claimDeliveries: async (options) =>
      options.limit <= 0 ? [] : database.transaction((run) => claimDeliveries(run, claimer, options)),
    settle: (settlements) => settle(database, settlements),
    claimEndNotices: (options) => database.transaction((run) => claimEndNotices(run, options)),
    closeEndNotice: (hookId) => closeEndNotice(database.settling, hookId),
    msUntilDelivery: (options) => database.transaction((run) => msUntilDelivery(run, driver, options)),
    claimCleanUp: (options) => database.transaction((run) => claimChore(run, 'clean-up', options)),
    removeExpired: (options) => database.transaction((run) => removeExpired(run, options)),
    finishCleanUp: (options) => database.transaction((run) => finishChore(run, 'clean-up', options)),
    msUntilCleanUp: () => msUntilChore(database, 'clean-up'),
    claimNotices: (options) => database.transaction((run) => claimChore(run, 'notices', options)),
    reviewNotices: (options) => database.transaction((run) => reviewNotices(run, options)),
    recordNotice: (options) => database.transaction((run) => recordNotice(run, options)),
    finishNotices: (options) => database.transaction((run) => finishChore(run, 'notices', options)),
    msUntilNotices: () => msUntilChore(database, 'notices'),
    onWork,
    onClockStep,
  };
};

/**
 * The store over a database: each method one flow. What callers ask for takes turns by organization.
 *
 * @param steadyClock milliseconds from any start, never set: with it the store notices when the database's clock is set,
 *   and times transactions.
 * @param taskUrlTemplate where people see a task in Topo, with `{task_id}` in it.
 */
export const createStore = (
  bare: Driver,
  quotas: Quotas,
  steadyClock?: () => number,
  taskUrlTemplate?: string,
): Store => {
  const told = new EventEmitter<{ step: [stepMs: number]; transaction: [time: TransactionTime] }>();
  const withUrls = withTaskUrls(bare.database, createTaskUrls(taskUrlTemplate));
  const watched = (clock: () => number): Database => {
    const timed = timeTransactions(withUrls, clock, (time) => told.emit('transaction', time));
    return watchClock(timed, createClockWatch(clock), (stepMs) => told.emit('step', stepMs));
  };
  const database = steadyClock === undefined ? withUrls : watched(steadyClock);
  const driver = { ...bare, database };
  const onClockStep: WorkStore['onClockStep'] = (listener) => {
    told.on('step', listener);
    return () => told.off('step', listener);
  };
  const turns = createOrganizationTurns(database, driver.turnLimits);
  return {
    tenant: (organizationId) => tenantStoreOf(turns.databaseOf(organizationId), organizationId, quotas),
    hookOfSecret: (secretHash) => findHookOfSecret(database, secretHash),
    organizationOfNudge: (tokenHash) => findNudgedOrganization(database, tokenHash),
    keyHashes: () => listKeyHashes(database),
    work: workStoreOf(driver, { onClockStep }),
    operator: operatorStoreOf(database, quotas),
    async keyCheck(sealed) {
      const stored = await database.transaction((run) => checkKey(run, sealed));
      driver.proveKey(stored);
      return stored;
    },
    sealedValues: () => database.transaction(readSealedValues),
    async replaceSealed(seal) {
      const isChanged = await database.transaction((run) => replaceSealedValues(run, seal), 'alone');
      if (isChanged) await driver.eraseFreeSpace();
    },
    backUp: driver.backUp,
    beginQuietly: () => database.transaction(beginQuietly),
    onTransaction(listener) {
      told.on('transaction', listener);
      return () => told.off('transaction', listener);
    },
    outdated: driver.outdated,
    close: driver.close,
  };
};

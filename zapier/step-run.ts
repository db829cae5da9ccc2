import type { ZObject } from 'zapier-platform-core';
import type { Deadline } from './deadline.ts';

/** What every part of one run of a step works with. */
export type StepRun = { z: ZObject; deadline: Deadline };

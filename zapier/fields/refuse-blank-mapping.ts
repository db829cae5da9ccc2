import { halted } from '../zapier-error.ts';
import { isBlank } from './texts-in.ts';

/** `inputDataRaw` is the fields before Zapier replaces the mappings with the data of earlier steps. */
type Filled = { inputData: Record<string, unknown>; inputDataRaw?: Record<string, unknown> };

/**
 * A field left empty means everybody, or everything. A mapped field does not, even when the earlier step gave nothing:
 * otherwise a deal without an owner would move anybody's tasks.
 *
 * @param labels the labels, by key, of the fields that must not end up empty.
 * @throws HaltedError when one of them is mapped and empty.
 */
export const refuseBlankMapping = (
  { inputData, inputDataRaw = {} }: Filled,
  labels: Readonly<Record<string, string>>,
): void => {
  for (const [key, label] of Object.entries(labels)) {
    if (!isBlank(inputData[key]) || isBlank(inputDataRaw[key])) continue;
    throw halted(
      `An earlier step is mapped into the field “${label}” and gave nothing there, so nothing was changed: an empty ` +
        'field would have meant all of them. Look at what the earlier step gave, or stop such runs with a Filter step.',
    );
  }
};

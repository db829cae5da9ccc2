import { halted } from '../zapier-error.ts';
import { isBlank } from './texts-in.ts';

/** `inputDataRaw` is what stands in the fields before Zapier puts in what earlier steps gave. */
type Filled = { inputData: Record<string, unknown>; inputDataRaw?: Record<string, unknown> };

/**
 * A field that somebody left empty means everybody, or everything. One into which something was mapped does not, even
 * when the earlier step gave nothing: else a deal without an owner would move the tasks of anybody.
 *
 * @param labels the labels of the fields that must not come out empty, by key.
 * @throws HaltedError when one of them was mapped and is empty.
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

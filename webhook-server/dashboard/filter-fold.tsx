import type { ComponentChildren } from 'preact';
import { assetUrl } from './assets.ts';

type FilterFoldProps = {
  action: string;
  label: string;
  /** Whether a filter is set, which a folded form has to say. */
  isUsed?: boolean;
  /** Where nothing stands below that it could push down, it stays as it is. */
  folds?: boolean;
  children: ComponentChildren;
};

/** A form of filters. On a small screen a script of ours folds it, so that it does not push down what it narrows. */
export const FilterFold = ({ action, label, isUsed = false, folds = true, children }: FilterFoldProps) => {
  const form = (
    <form method="get" action={action} class="filters" aria-label={label}>
      {children}
    </form>
  );
  if (!folds) return form;
  return (
    <>
      <details class="fold" open>
        <summary>
          {label}
          {isUsed && ' (in use)'}
        </summary>
        {form}
      </details>
      <script src={assetUrl('fold.js')} defer />
    </>
  );
};

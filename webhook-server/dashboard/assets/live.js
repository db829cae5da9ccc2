// Shows new items as they happen, while somebody looks: a hidden page closes its stream, and goes on where it was.
for (const control of document.querySelectorAll('[data-live]')) {
  const list = document.getElementById(control.dataset.live);
  let newest = control.dataset.newest;
  let source;

  const add = ({ data, lastEventId }) => {
    if (lastEventId !== '') newest = lastEventId;
    if ([...list.children].some((item) => item.dataset.event === lastEventId)) return;
    for (const note of document.querySelectorAll('[data-empty]')) note.remove();
    list.insertAdjacentHTML('afterbegin', data);
  };

  const close = () => {
    source?.close();
    source = undefined;
  };

  const open = () => {
    const address = new URL(control.dataset.stream, location.href);
    if (newest !== '') address.searchParams.set('after', newest);
    source = new EventSource(address);
    source.addEventListener('message', add);
    source.addEventListener('signed-out', () => location.reload());
  };

  const decide = () => {
    const isWanted = control.checked && document.visibilityState === 'visible';
    if (isWanted && source === undefined) open();
    if (!isWanted) close();
  };

  control.addEventListener('change', decide);
  document.addEventListener('visibilitychange', decide);
  addEventListener('pagehide', close);
  addEventListener('pageshow', decide);
  decide();
}

// Shows every <time> in the reader's own zone, and names the zone. Without this script times are in UTC, and say so.
(() => {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  const show = (root) => {
    for (const time of root.querySelectorAll('time[datetime]')) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = format.format(at);
    }
    for (const place of root.querySelectorAll('[data-zone]')) place.textContent = zone;
  };

  const begin = () => {
    show(document);
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node instanceof Element && node.parentElement) show(node.parentElement);
      }
    }).observe(document.body, { childList: true, subtree: true });
  };

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
})();

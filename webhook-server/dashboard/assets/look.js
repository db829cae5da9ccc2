// Lets parts of a page renew themselves every so many seconds, while somebody looks at it.
for (const part of document.querySelectorAll('[data-every]')) {
  const { id } = part;
  setInterval(() => {
    if (document.visibilityState === 'visible') document.getElementById(id)?.dispatchEvent(new Event('look'));
  }, Number(part.dataset.every) * 1000);
}

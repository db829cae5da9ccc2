// Folds forms of filters on a small screen, and opens them on a wide one, where nothing shows how to.
const narrow = matchMedia('(max-width: 48rem)');

const decide = () => {
  for (const fold of document.querySelectorAll('details.fold')) fold.open = !narrow.matches;
};

narrow.addEventListener('change', decide);
decide();

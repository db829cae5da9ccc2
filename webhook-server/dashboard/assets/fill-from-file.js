// Puts the text of a chosen file into the field that its control names. Without this script people paste the text.
for (const control of document.querySelectorAll('input[type=file][data-fills]')) {
  control.addEventListener('change', async () => {
    const [file] = control.files;
    const field = document.getElementById(control.dataset.fills);
    if (file && field) field.value = await file.text();
  });
}

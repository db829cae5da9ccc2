// Takes and shows the moments of forms in the reader's own zone. Without this script they are in UTC, as their labels say.
const twoDigits = (number) => String(number).padStart(2, '0');

const localOf = (date) =>
  `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}` +
  `T${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;

for (const form of document.forms) {
  const fields = [...form.querySelectorAll('input[type=datetime-local]')];
  for (const field of fields) {
    const at = new Date(`${field.defaultValue}Z`);
    if (!Number.isNaN(at.getTime())) field.value = localOf(at);
  }
  form.addEventListener('formdata', ({ formData }) => {
    for (const { name, value } of fields) {
      const at = new Date(value);
      if (!Number.isNaN(at.getTime())) formData.set(name, at.toISOString());
    }
  });
}

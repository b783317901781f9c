addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-seal]:not([data-taken])')) return;
  event.preventDefault();
  for (const old of form.parentElement.querySelectorAll('.notice')) old.remove();
  const notice = form.querySelector('template').content.firstElementChild.cloneNode(true);
  notice.querySelector('p').textContent = 'What seals values is not loaded, so nothing was sent. Try again in a moment; if that does not help, load the page again.';
  form.before(notice);
  notice.focus();
}, true);

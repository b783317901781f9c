// The code of an invitation stands behind the # of its link, where it is sent to nobody. Into the form with it, and
// out of the address.
const code = document.querySelector('input[name="code"]');
const found = location.hash.slice(1);
if (code && found) {
  code.value = found;
  history.replaceState(null, '', location.pathname);
  document.querySelector('input[name="name"]')?.focus();
}

// Only the fields of the chosen type stay in the document: the others would be found by their
// labels, and what was typed into them would be sent. Without JavaScript a style sheet hides them.
const all = document.querySelectorAll(".of-type");
const form = all[0].closest("form");
const place = document.createElement("div");
all[0].before(place);
for (const one of all) one.remove();
const show = () => {
  const chosen = form.querySelector("[name=type_name]:checked");
  const fields = [...all].find((one) => chosen && one.dataset.type === chosen.value);
  if (place.firstChild !== (fields ?? null)) place.replaceChildren(...(fields ? [fields] : []));
};
form.addEventListener("change", show);
show();

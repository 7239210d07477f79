// The list of markers follows what is typed; the page itself is asked, so that both ways show the same.
(function () {
  "use strict";
  const form = document.getElementById("search");
  const field = document.getElementById("q");
  const parts = ["found", "count"];
  let shown = field.defaultValue.trim();
  let waiting = 0;
  let asked = null;

  function nothing() {}

  function address() {
    const query = field.value.trim();
    return form.action + (query ? "?" + new URLSearchParams({ q: query }) : "");
  }

  async function update(otherwise) {
    const query = field.value.trim();
    clearTimeout(waiting);
    if (asked) asked.abort();
    if (query === shown) return;
    const own = (asked = new AbortController());
    try {
      const answer = await fetch(address(), { signal: own.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (own.signal.aborted) return;
      for (const part of parts) document.getElementById(part).replaceChildren(...page.getElementById(part).childNodes);
      document.title = page.title;
      shown = query;
      history.replaceState(null, "", address());
    } catch (problem) {
      if (!own.signal.aborted) otherwise();
    }
  }

  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(update, 200, nothing);
  });
  field.addEventListener("compositionend", () => update(nothing));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    update(() => form.submit());
  });
  update(nothing); // a browser may bring back what was typed, with the page as it was
})();

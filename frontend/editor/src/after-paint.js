// Work that can wait until what has changed is on the screen.

/**
 * @param {(given: any) => void} work is called with what was given last
 * @returns {(given: any) => void}
 */
export function afterPaint(work) {
  let waiting = false;
  let last;
  const go = () => {
    waiting = false;
    work(last);
  };
  return (given) => {
    last = given;
    if (waiting) return;
    waiting = true;
    // A page that nobody sees is not drawn.
    if (document.hidden) setTimeout(go);
    else requestAnimationFrame(() => setTimeout(go));
  };
}

/** How near to the end counts as reading the newest. */
const nearPx = 64;
const marginPx = 12;

/**
 * A list that follows what is new until the reader scrolls away from the end, and then stays where it is, whatever grows
 * above or below.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} newer the button that leads to the end
 */
export function createScroll(scroller, newer) {
  let following = true;
  let ownTop = 0;
  /** @param {number} top */
  const moveTo = (top) => {
    scroller.scrollTop = top;
    ownTop = scroller.scrollTop;
  };
  scroller.addEventListener('scroll', () => {
    const byReader = Math.abs(scroller.scrollTop - ownTop) > 1;
    const toEndPx = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (byReader) following = toEndPx < nearPx;
    if (toEndPx < nearPx) newer.hidden = true;
  });
  const toEnd = () => {
    moveTo(scroller.scrollHeight);
    following = true;
    newer.hidden = true;
  };
  newer.addEventListener('click', toEnd);

  /**
   * Brings the end of an element into sight, but its beginning first where it is higher than the window.
   * @param {HTMLElement} element
   */
  const reveal = (element) => {
    const top = scroller.scrollTop + element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const bottom = top + element.offsetHeight;
    moveTo(Math.min(bottom + marginPx - scroller.clientHeight, top - marginPx));
    following = true;
  };

  return {
    toEnd,
    /**
     * Makes a change to the list and keeps what is being read in its place.
     * @param {() => HTMLElement | undefined} change returns the element that is new or different, if any
     * @param {{ own?: boolean }} [options] `own`: it is the reader's own doing and is shown wherever it is
     */
    around(change, options = {}) {
      const anchor = anchorOf(scroller);
      const before = anchor?.getBoundingClientRect().top ?? 0;
      const changed = change();
      if (changed && (following || options.own)) {
        reveal(changed);
        return;
      }
      if (anchor?.isConnected) moveTo(scroller.scrollTop + anchor.getBoundingClientRect().top - before);
      const outOfSight = (changed?.getBoundingClientRect().top ?? 0) > scroller.getBoundingClientRect().bottom - nearPx;
      if (outOfSight) newer.hidden = false;
    },
  };
}

/**
 * The first message that is at least partly in sight.
 * @param {HTMLElement} scroller
 */
function anchorOf(scroller) {
  const { top } = scroller.getBoundingClientRect();
  return [...scroller.querySelectorAll('.message')].find((one) => one.getBoundingClientRect().bottom > top);
}

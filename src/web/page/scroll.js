/** How near to the end counts as reading the newest. */
const nearPx = 64;
const marginPx = 12;

/**
 * A list that follows its end while one reads there and otherwise stays where it is, whatever grows above or below.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} newer the button that leads to the end
 */
export function createScroll(scroller, newer) {
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearPx;
  /** @type {'follow' | 'stay'} */
  let mode = 'follow';
  scroller.addEventListener('scroll', () => {
    mode = atEnd() ? 'follow' : 'stay';
    if (mode === 'follow') newer.hidden = true;
  });
  newer.addEventListener('click', () => toEnd());

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
    mode = 'follow';
    newer.hidden = true;
  };
  /** @param {HTMLElement} element the end of it, but its beginning first where it is higher than the window */
  const reveal = (element) => {
    const top = scroller.scrollTop + element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const bottom = top + element.offsetHeight;
    scroller.scrollTop = Math.min(bottom + marginPx - scroller.clientHeight, top - marginPx);
    mode = 'follow';
  };

  return {
    toEnd,
    reveal,
    /**
     * Makes a change to the list and keeps what is being read in its place.
     * @param {() => HTMLElement | undefined} change returns the element that is new or different, if any
     * @param {{ own?: boolean }} [options] `own`: it is the reader's own doing and is shown wherever it is
     */
    around(change, options = {}) {
      const anchor = anchorOf(scroller);
      const before = anchor?.getBoundingClientRect().top ?? 0;
      const following = mode === 'follow' && atEnd();
      const changed = change();
      if (changed && (following || options.own)) {
        reveal(changed);
        return;
      }
      if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
      const below = changed && changed.getBoundingClientRect().bottom > scroller.getBoundingClientRect().bottom;
      if (below && !following) newer.hidden = false;
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

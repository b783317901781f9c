// Has the text checked after every change. At most one check is under way; when it is done the newest text comes next,
// so however fast somebody types, nothing queues up.

/**
 * @param {object} given
 * @param {(text: string) => Promise<string | undefined>} given.check
 * @param {() => string} given.text gives the text as it is now, when its check begins
 * @param {(answer: string | undefined) => void} given.shown takes the answer about that text, if there is one
 * @returns {() => void} says that something changed
 */
export function checker({ check, text, shown }) {
  let wanted = false;
  let busy = false;

  async function work() {
    busy = true;
    while (wanted) {
      wanted = false;
      try {
        shown(await check(text()));
      } catch (error) {
        // The next text is checked all the same.
        console.error("What a check has found is not shown.", error);
      }
    }
    busy = false;
  }

  return () => {
    wanted = true;
    if (!busy) void work();
  };
}

// One stream of server-sent events for the whole page. It names the last event that the page has; the server then sends
// what came since, or the full state. A hidden page has no stream: browsers allow about six connections to one host.

/**
 * @param {(online: boolean) => void} connected Called when the stream opens or breaks.
 * @returns {{on: (type: string, listener: (data: any) => void) => () => void}}
 */
export function openEvents(connected) {
  /** @type {Map<string, Set<(data: any) => void>>} */
  const listeners = new Map();
  /** @type {EventSource|undefined} */
  let source;
  let last = "";

  function open() {
    close();
    source = new EventSource(`/api/events?after=${encodeURIComponent(last)}`);
    source.onopen = () => connected(true);
    source.onerror = () => connected(false);
    source.onmessage = (event) => {
      last = event.lastEventId || last;
      const { type, data } = JSON.parse(event.data);
      for (const listener of listeners.get(type) ?? []) listener(data);
    };
  }

  function close() {
    source?.close();
    source = undefined;
  }

  open();
  addEventListener("pagehide", close);
  addEventListener("pageshow", () => source ?? open());
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : source ?? open()));
  return {
    on(type, listener) {
      if (!listeners.has(type)) listeners.set(type, new Set());
      listeners.get(type)?.add(listener);
      return () => listeners.get(type)?.delete(listener);
    },
  };
}

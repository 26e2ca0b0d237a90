// One stream of server-sent events for the whole page. The browser reconnects by itself and names the last event it
// has; the server then sends what came since, or the full state.

/**
 * @param {(online: boolean) => void} connected Called when the stream opens or breaks.
 * @returns {{on: (type: string, listener: (data: any) => void) => () => void, close: () => void}}
 */
export function openEvents(connected) {
  /** @type {Map<string, Set<(data: any) => void>>} */
  const listeners = new Map();
  const source = new EventSource("/api/events");
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  source.onmessage = (event) => {
    const { type, data } = JSON.parse(event.data);
    for (const listener of [...(listeners.get(type) ?? []), ...(listeners.get("*") ?? [])]) listener(data);
  };
  addEventListener("pagehide", () => source.close());
  return {
    on(type, listener) {
      if (!listeners.has(type)) listeners.set(type, new Set());
      listeners.get(type)?.add(listener);
      return () => listeners.get(type)?.delete(listener);
    },
    close: () => source.close(),
  };
}

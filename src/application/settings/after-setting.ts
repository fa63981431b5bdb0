import type { SettingKey } from '../../domain/settings/settings.js';
import type { Stores } from '../ports/unit-of-work.js';

type Follow = (stores: Stores) => Promise<void>;

/** What is done in the very transaction that sets a key, because it hangs on the value; most keys are only read. */
const FOLLOWS: { readonly [K in SettingKey]?: Follow } = {
  // Whatever a window holds is judged by the windows as they are now: one may have ended, moved, or let a system go. And
  // what is scheduled for a time within one is told that it will wait.
  freezeWindows: async (stores) => {
    await stores.requests.releaseBlocked([]);
    await stores.requests.lookWithin((await stores.settings.current()).freezeWindows);
    const now = await stores.now();
    await stores.wake.requestsDue(now);
    await stores.wake.bundleDue(now);
  },
};

export async function followSetting(stores: Stores, key: SettingKey): Promise<void> {
  await FOLLOWS[key]?.(stores);
}

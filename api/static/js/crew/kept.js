// What is kept on the phone: closings until the office has them, and half-entered orders. IndexedDB survives a dead battery.

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("headgate-crew", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("closings", { keyPath: "key" });
    request.result.createObjectStore("drafts", { keyPath: "task" });
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function inStore(name, mode, work) {
  const database = await opened;
  return new Promise((resolve, reject) => {
    const durability = name === "closings" ? "strict" : "relaxed"; // a closing is on the disk before the crew drives on
    const transaction = database.transaction(name, mode, { durability });
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** All closings that the office does not have, the oldest first, whoever made them. */
export async function closings() {
  const all = await inStore("closings", "readonly", (store) => store.getAll());
  return all.sort((one, other) => one.doneAt.localeCompare(other.doneAt));
}

export const closing = (key) => inStore("closings", "readonly", (store) => store.get(key));
export const keep = (one) => inStore("closings", "readwrite", (store) => store.put(one));
export const forget = (key) => inStore("closings", "readwrite", (store) => store.delete(key));

/** Takes what somebody else has half entered off the phone; their closings stay, until they sign in and send them. */
export async function forgetDraftsOfOthers(person) {
  const all = await inStore("drafts", "readonly", (store) => store.getAll());
  for (const each of all) if (each.by !== person) await forgetDraft(each.task);
}

export const draft = (task) => inStore("drafts", "readonly", (store) => store.get(task));
export const keepDraft = (one) => inStore("drafts", "readwrite", (store) => store.put(one));
export const forgetDraft = (task) => inStore("drafts", "readwrite", (store) => store.delete(task));
